"""A company's data folder in one Python object, for notebooks and scripts.

Each question is one call. Its answer shows itself in a notebook as tables that everybody can read (`_repr_html_`), in a
console as text, and gives its numbers with `data()`. What commands refuse in words is raised here as a `Problem`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from funnelpact.apps.drawing import Asked, Kind, spec_of
from funnelpact.apps.language import language
from funnelpact.apps.typed import AOV, QUOTA, Typed
from funnelpact.apps.wiring import (
    DATA_FOLDER,
    chart_svg,
    fact_store,
    file_source,
    funnel_mappings,
    query_recorder,
    write_chart,
)
from funnelpact.core.plan.outlook import lead_outlook
from funnelpact.core.terms.answers.queries import Recorder
from funnelpact.core.terms.finding import Measured
from funnelpact.core.terms.period import Grain
from funnelpact.core.terms.report import Figures
from funnelpact.core.view.funnel import findings_data, headline, horizon_table, stage_table, step_tables, value_table
from funnelpact.core.view.intake.imports import (
    column_table,
    file_sentences,
    import_sentence,
    issue_sentences,
    report_data,
)
from funnelpact.core.view.language import Language
from funnelpact.core.view.measured import block_tables, measured_data, title_of
from funnelpact.core.view.pages.tables import Sheet, sheet_html, sheet_text
from funnelpact.core.view.past.backtest import backtest_data, backtest_sentences, backtest_tables
from funnelpact.core.view.plan import need_sentence, need_table, outlook_data, outlook_sentences
from funnelpact.workflows.measuring import measures
from funnelpact.workflows.measuring.backtest import HORIZONS, backtest_rates
from funnelpact.workflows.measuring.learn import HORIZON_DAYS, learn_funnel
from funnelpact.workflows.measuring.money import pipeline as sold
from funnelpact.workflows.measuring.money import value as worth
from funnelpact.workflows.measuring.scope import Scope, scope_of
from funnelpact.workflows.sync import import_facts

_MONEY = (Figures.RATES, Figures.VALUES)
Day = date | str | None
"""A day, or as text such as `2026-10-31`; None is that of the newest fact."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of a question. A notebook shows it as tables, a console as text."""

    sheet: Sheet
    language: Language
    figures: Mapping[str, Any]
    recorder: Recorder | None = None

    def data(self) -> dict[str, Any]:
        """Every number as plain data: what the command prints with `--json`."""
        return dict(self.figures)

    def queries(self) -> str:
        """The queries behind the numbers, as a script for DuckDB; empty where nothing was counted."""
        statements = self.recorder.statements() if self.recorder else ()
        return "".join(f"-- {one.name}\n{one.text};\n\n" for one in statements)

    def _repr_html_(self) -> str:
        return sheet_html(sheet=self.sheet, language=self.language)

    def __str__(self) -> str:
        """The tables as text."""
        return sheet_text(sheet=self.sheet, language=self.language)

    __repr__ = __str__


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A picture. A notebook shows it; `spec` is its Vega-Lite specification as plain data, `alt` what it shows in words."""

    spec: Mapping[str, Any]

    @property
    def alt(self) -> str:
        """The picture in words."""
        return str(self.spec["description"])

    def save(self, path: str | Path) -> None:
        """Write it as the suffix says: `.svg`, `.png` or `.json`. Raises `ChartFormatUnknown`, `ChartsMissing`."""
        write_chart(path=Path(path), spec=self.spec)

    def _repr_html_(self) -> str:
        return chart_svg(spec=self.spec)

    def __repr__(self) -> str:
        """The picture in words."""
        return self.alt


class Company:
    """What is known of a company in a data folder, asked in one language (`en`, `tr`)."""

    def __init__(self, folder: str | Path = DATA_FOLDER, *, lang: str = "en") -> None:
        self.folder = Path(folder)
        self.language = language(lang)

    def import_files(
        self,
        *paths: str | Path,
        dates: str | None = None,
        decimals: str | None = None,
        currency: str | None = None,
        zone: str | None = None,
        mapping: str | Path | None = None,
    ) -> Answer:
        """Import files that belong together; the options are those of the command `import`."""
        source = file_source(
            paths=[Path(path) for path in paths],
            dates=dates,
            decimals=decimals,
            currency=currency,
            zone=zone,
            mapping=Path(mapping) if mapping else None,
        )
        report = import_facts(
            source=source,
            store=fact_store(self.folder),
            known_at=datetime.now(UTC),
            mappings=funnel_mappings(self.folder),
        )
        sentences = tuple(sentence for file in report.files for sentence in file_sentences(file=file))
        return self._answer(
            Sheet(
                sentences=(*sentences, import_sentence(report=report)),
                tables=tuple(column_table(file=file) for file in report.files),
                notes=tuple(sentence for file in report.files for sentence in issue_sentences(file=file)),
            ),
            report_data(report=report, language=self.language),
        )

    def funnel(
        self,
        *,
        by: str | None = None,
        as_of: Day = None,
        known_at: datetime | None = None,
        horizon: int = HORIZON_DAYS,
        despite: Collection[str] = (),
    ) -> Answer:
        """Stage counts, rates, times and values by segment: the command `funnel`."""
        recorder = query_recorder()
        asked = self._asked(by=by, as_of=as_of, horizon=horizon, despite=despite, known_at=known_at, recorder=recorder)
        findings = learn_funnel(**asked).findings
        tables = (
            stage_table(findings=findings),
            *step_tables(findings=findings),
            horizon_table(findings=findings),
            value_table(findings=findings),
        )
        sheet = Sheet(sentences=(headline(findings=findings),), tables=tables, notes=findings.notes)
        return self._answer(sheet, findings_data(findings=findings, language=self.language), recorder)

    def chart(
        self,
        kind: str = Kind.CURVES.value,
        *,
        by: str | None = None,
        as_of: Day = None,
        known_at: datetime | None = None,
        horizon: int = HORIZON_DAYS,
        despite: Collection[str] = (),
        dark: bool = False,
    ) -> Chart:
        """A picture of the funnel: `curves`, `triangle` or `funnel`."""
        asked = self._asked(by=by, as_of=as_of, horizon=horizon, despite=despite, known_at=known_at)
        spec, _ = spec_of(Kind(kind), self.language, dark=dark, asked=asked)
        return Chart(spec=spec)

    def plan(
        self,
        quota: str | int,
        *,
        aov: str | int | None = None,
        by: str | None = None,
        as_of: Day = None,
        horizon: int = HORIZON_DAYS,
        despite: Collection[str] = (),
    ) -> Answer:
        """The leads a monthly quota needs: the command `plan`."""
        typed = Typed(decimal_mark=self.language.decimal_mark)
        goal = typed.money(str(quota), name=QUOTA)
        order_value = typed.money(str(aov), name=AOV) if aov is not None else None
        typed.done()
        recorder = query_recorder()
        asked = self._asked(by=by, as_of=as_of, horizon=horizon, despite=despite, recorder=recorder)
        figures = (Figures.RATES,) if order_value else (Figures.RATES, Figures.VALUES)
        findings = learn_funnel(**asked, figures=figures).findings
        outlook = lead_outlook(findings=findings, quota=goal, order_value=order_value)
        said = outlook_sentences(outlook=outlook, findings=findings)
        sheet = Sheet(
            sentences=(need_sentence(outlook=outlook), *said),
            tables=(need_table(outlook=outlook),),
            notes=findings.notes,
        )
        return self._answer(sheet, outlook_data(outlook=outlook, language=self.language), recorder)

    def backtest_rates(
        self,
        *,
        first: Day = None,
        last: Day = None,
        every: str = Grain.MONTH.value,
        horizons: Sequence[int] = HORIZONS,
        by: str | None = None,
        as_of: Day = None,
        despite: Collection[str] = (),
    ) -> Answer:
        """What the rates said at the ends of past months, and what came: the command `backtest rates`."""
        found = backtest_rates(
            store=fact_store(self.folder),
            first=_day(first),
            last=_day(last),
            every=Grain(every),
            horizons=tuple(horizons),
            as_of=_day(as_of),
            by=by,
            mappings=funnel_mappings(self.folder),
            accepted=despite,
        )
        sheet = Sheet(
            sentences=backtest_sentences(backtest=found), tables=backtest_tables(backtest=found), notes=found.notes
        )
        return self._answer(sheet, backtest_data(backtest=found, language=self.language))

    def response(self, *, within: timedelta = timedelta(hours=1), **asked: Any) -> Answer:
        """How fast leads are answered, and how often within the promise: the command `response`; asked as in `ask`."""
        return self.ask(measures.response, figures=(Figures.RESPONSE,), within=within, **asked)

    def cadence(self, **asked: Any) -> Answer:
        """How leads are followed up, accepted and given back: the command `cadence`; asked as in `ask`."""
        return self.ask(measures.cadence, **asked)

    def value(self, *, horizon: int = HORIZON_DAYS, **asked: Any) -> Answer:
        """What orders, leads and customers are worth, what leads cost: the command `value`; asked as in `ask`."""
        return self.ask(worth.value, figures=_MONEY, horizon_days=horizon, **asked)

    def pipeline(self, *, horizon: int = HORIZON_DAYS, **asked: Any) -> Answer:
        """Win rates, velocity, ages by stage, the dead pipeline: the command `pipeline`; asked as in `ask`."""
        return self.ask(sold.pipeline, figures=_MONEY, horizon_days=horizon, **asked)

    def ask(
        self,
        measure: Callable[..., Measured],
        *,
        by: str | None = None,
        as_of: Day = None,
        known_at: datetime | None = None,
        figures: Collection[Figures] = (Figures.RATES,),
        despite: Collection[str] = (),
        **options: Any,
    ) -> Answer:
        """The answer of any measure: a function of `scope` (and of further `options`) to `Measured`.

        `figures` are the groups that it prints, which a rule of quality may refuse.
        """
        recorder = query_recorder()
        scope: Scope = scope_of(
            store=fact_store(self.folder, recorder=recorder),
            as_of=_day(as_of),
            known_at=known_at,
            by=by,
            mappings=funnel_mappings(self.folder),
            figures=figures,
            accepted=despite,
        )
        measured = measure(scope=scope, **options)
        sheet = Sheet(
            sentences=(title_of(measured=measured),), tables=block_tables(measured=measured), notes=measured.notes
        )
        return self._answer(sheet, measured_data(measured=measured, language=self.language), recorder)

    def _asked(
        self,
        *,
        by: str | None,
        as_of: Day,
        horizon: int,
        despite: Collection[str],
        known_at: datetime | None = None,
        recorder: Any = None,
    ) -> Asked:
        return {
            "store": fact_store(self.folder, recorder=recorder),
            "as_of": _day(as_of),
            "known_at": known_at,
            "by": by,
            "horizon_days": horizon,
            "mappings": funnel_mappings(self.folder),
            "accepted": despite,
        }

    def _answer(self, sheet: Sheet, figures: Mapping[str, Any], recorder: Recorder | None = None) -> Answer:
        return Answer(sheet=sheet, language=self.language, figures=figures, recorder=recorder)


def _day(given: Day) -> date | None:
    return date.fromisoformat(given) if isinstance(given, str) else given
