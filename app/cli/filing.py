"""`plenary files`: what people handed in, from the data folder to a bucket and back."""

from typing import Annotated

import typer

from app.cli.surroundings import DataDir, settings_with
from app.settings import BadSettings

filing = typer.Typer(help="Move what people handed in.", no_args_is_help=True)


@filing.callback()
def _commands() -> None:
    """Move what people handed in: to S3-compatible storage, and back."""


@filing.command()
def copy(
    back: Annotated[bool, typer.Option("--back", help="From the bucket to the data folder.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Copy all files to the bucket that PLENARY_FILES_URL names, each compared with its name where it arrived.

    Nothing is deleted where they were. Done again it copies what has come since.
    """
    from app.files.moving import copy_files
    from app.files.store import Files, files_of, folder_of

    settings = settings_with(data_dir=data_dir)
    if settings.files_url is None:
        raise BadSettings("Say which bucket: PLENARY_FILES_URL=s3://bucket/folder")
    folder, bucket = Files(folder_of(settings)), files_of(settings)
    done = copy_files(bucket, folder) if back else copy_files(folder, bucket)
    print(f"{done.copied} files are copied, {done.there} were there already.")
    for digest in done.damaged:
        print(f"! {digest} is damaged, and was not copied: put it back from a backup.")
    if done.damaged:
        raise typer.Exit(1)
