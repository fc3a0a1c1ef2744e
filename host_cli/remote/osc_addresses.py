"""The OSC address of every parameter: `/burnish/` and its id with slashes, for example `/burnish/eq/b2/gain_db`."""

from firmware.contract import BY_ID

ROOT = "/burnish"


def address_of(id: str) -> str:
    """The address of a parameter."""
    return f"{ROOT}/{id.replace('.', '/')}"


#: The id of the parameter by its address.
ADDRESSES: dict[str, str] = {address_of(id): id for id in BY_ID}
