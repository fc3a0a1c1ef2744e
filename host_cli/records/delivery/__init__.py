"""Deliveries: writes the folders that plants, aggregators, broadcasters and archives receive, reads them back and verifies them."""

from firmware.contract import lazy_exports

__getattr__ = lazy_exports(
    __name__,
    {
        "DISCS": "kinds",
        "FAIL": "findings",
        "Finding": "findings",
        "KINDS": "kinds",
        "Manifest": "manifest",
        "OK": "findings",
        "Options": "kinds",
        "WARN": "findings",
        "cut": "pieces",
        "images": "image",
        "open_image": "image",
        "safe_name": "staging",
        "staged": "staging",
        "verify": "verifying",
    },
)

__all__ = [
    "DISCS",
    "FAIL",
    "KINDS",
    "OK",
    "WARN",
    "Finding",
    "Manifest",
    "Options",
    "cut",
    "images",
    "importing",
    "open_image",
    "safe_name",
    "staged",
    "verify",
]
