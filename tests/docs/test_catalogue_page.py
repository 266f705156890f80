"""docs/catalogue.md is what the compiler and the last measurement say."""

from __future__ import annotations

from docs import catalogue


def test_the_page_is_current() -> None:
    text = catalogue.PAGE.read_text(encoding="utf-8")
    assert catalogue.page() == text, "python -m docs.catalogue writes it anew"


def test_every_network_was_measured_as_it_is_now_and_is_equal() -> None:
    """On the very code that is built today, whoever ran it."""
    measured = catalogue.record()["networks"]
    titles = catalogue._titles(measured)
    assert len(titles) >= 45
    for title in titles:
        found = measured[title]
        assert found["code"] == catalogue.digest(catalogue.compiled_case(title)), title
        parts = [found[part] for part in catalogue._PARTS]
        assert parts[:3] == [True, True, True], title
        assert parts[3] in (True, None), title


def test_the_mean_spec_is_at_most_a_third_of_paddles_code() -> None:
    families = catalogue.record()["families"]
    shares = {}
    for family, found in families.items():
        lines = [
            len(catalogue.compiled_case(name).path.read_text().splitlines())
            for name in found["specs"]
        ]
        shares[family] = sum(lines) / len(lines) / found["lines"]
    above = {family for family, share in shares.items() if share > 1 / 3}
    assert above == {"lenet"}, "of 25 lines in Paddle, a spec of 15"
    assert sum(shares.values()) / len(shares) <= 1 / 3
