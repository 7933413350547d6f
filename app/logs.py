"""The log: one line an event, as JSON for programs or in colour for a person at a terminal."""

import logging
import sys

import structlog

from app.settings import Settings


def set_up(settings: Settings) -> None:
    """Send structlog's events to standard error at the level that the settings name."""
    level = logging.getLevelNamesMapping().get(settings.log_level.upper(), logging.INFO)
    shape = (
        structlog.dev.ConsoleRenderer()
        if sys.stderr.isatty()
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            shape,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
