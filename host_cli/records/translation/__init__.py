"""How a master translates: models of loudspeakers and rooms (`models`, `situations`), and lossy codecs by real encoders (`coding`)."""

from firmware.contract import lazy_exports

__getattr__ = lazy_exports(
    __name__,
    {
        "USUAL": "coding",
        "ceiling_dbtp": "coding",
        "coded": "coding",
        "sections": "pictures",
        "situation": "situations",
        "wanted": "coding",
    },
)

__all__ = ["USUAL", "ceiling_dbtp", "coded", "models", "pictures", "sections", "situation", "wanted"]
