"""Services, rules and previews as rows of text and as plain data."""

from .preview import Effect, effect, passed, rules
from .services import Service


def preview_rows(services: list[Service], figures: dict, album_lufs: float | None = None) -> list[tuple[str, ...]]:
    """One row for each service: verdict, what happens, loudness and peak after it, grade of the source."""
    rows = [("for", "rules", "what the service does", "LUFS", "dBTP", "source")]
    for service in services:
        found = effect(service, figures, album_lufs)
        broken = [rule for rule in rules(service, figures) if rule.passed is False]
        verdict = "; ".join(f"FAIL: {rule.name} {_number(rule.measured)}, {rule.allowed}" for rule in broken) or "pass"
        rows.append(
            (
                service.name,
                verdict,
                found.words(),
                _number(found.lufs),
                _number(found.peak_dbtp),
                f"{service.grade}, {service.checked}",
            )
        )
    return rows


def plain(services: list[Service], figures: dict, album_lufs: float | None = None) -> list[dict]:
    """The same for machines."""
    return [_plain(effect(service, figures, album_lufs), figures) for service in services]


def _plain(found: Effect, figures: dict) -> dict:
    service = found.service
    return {
        "service": service.id, "passed": passed(service, figures), "gain_db": round(found.gain_db, 2), "limited": found.limited,
        "lufs": None if found.lufs is None else round(found.lufs, 2), "peak_dbtp": None if found.peak_dbtp is None else round(found.peak_dbtp, 2),
        "rules": [{"rule": r.name, "measured": r.measured, "allowed": r.allowed, "passed": r.passed} for r in rules(service, figures)],
        "grade": service.grade, "checked": str(service.checked), "source": service.source,
    }  # fmt: skip


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f}"
