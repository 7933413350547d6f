"""A published agenda as one person's, one role's, one city's or one room's. What is covered is in nobody's lens but
a room's: whom it is for is not told."""

from collections.abc import Callable

from app.agenda.seeing import SeenSession

Lens = Callable[[SeenSession], bool]


def mine(session: SeenSession) -> bool:
    """What the viewer goes to."""
    return session.mine


def of_role(role_id: int) -> Lens:
    """What holders of a role are invited to, all of them or those of some cities."""

    def shows(session: SeenSession) -> bool:
        rule = session.rule
        if rule is None or role_id in rule.but_role_ids:
            return False
        of_cities = bool(rule.city_ids) and not rule.role_ids
        return rule.everyone or role_id in rule.role_ids or of_cities

    return shows


def of_city(city_id: int) -> Lens:
    """What people of a city are invited to, all of them or those with some roles."""

    def shows(session: SeenSession) -> bool:
        rule = session.rule
        if rule is None or city_id in rule.but_city_ids:
            return False
        of_roles = bool(rule.role_ids) and not rule.city_ids
        return rule.everyone or city_id in rule.city_ids or of_roles

    return shows


def in_room(room_id: int) -> Lens:
    """What takes place in a room."""
    return lambda session: any(room.id == room_id for room in session.rooms)
