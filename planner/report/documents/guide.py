"""The short guide that comes with the bundle for Windows."""

from __future__ import annotations

from planner.i18n import _, language
from planner.report.documents.blocks import Bullets, Document, Heading, Note, Paragraph, Table


def build_guide(*, version: str, python: str) -> Document:
    """Return the guide in the language of now.

    Parameters
    ----------
    version : str
        Of the program.
    python : str
        Version of Python that the bundle is for, such as ``3.12``.
    """
    return Document(
        language=language(),
        title="PostLink Planner",
        subtitle=_("Short guide to the bundle for Windows"),
        facts=((_("Version"), version), (_("Needs"), _("Windows 10 or 11, 64 bit; Python {n}").format(n=python))),
        banner="",
        contents=_("Contents"),
        blocks=(*_start(version, python), *_first_plan(), *_commands(), *_trouble(python)),
    )


def _start(version: str, python: str) -> tuple[Heading | Paragraph | Bullets | Note, ...]:
    steps = (
        _("Unpack the whole zip into a folder of your own; start.bat needs the folder “wheelhouse” beside it."),
        _("See that Python {n} (64 bit) is installed. It is the only thing that is not in the bundle.").format(
            n=python
        ),
        _(
            "Double-click start.bat. The first time it installs the program, which takes some minutes; then the app "
            "opens."
        ),
        _("Close the black window to end the program."),
    )
    where = _(
        "The program is installed for you alone, in %LOCALAPPDATA%\\PostLinkPlanner\\{version}; no rights of an "
        "administrator are needed. To remove it, delete that folder. Your scenarios and results stay where you put "
        "them."
    )
    return (
        Heading(_("Install and start"), new_page=True),
        Bullets(steps),
        Paragraph(where.format(version=version)),
        Note(_("Nothing is fetched from the internet, neither at installation nor later. Nothing is sent anywhere.")),
    )


def _first_plan() -> tuple[Heading | Paragraph | Bullets, ...]:
    steps = (
        _("On the page “Start” open the example, a country that does not exist, and look around."),
        _("On the page “Data” download the templates, fill in your offices and sources, and upload them."),
        _("Mend the rows that the check points at: it names file, row, column, value and remedy."),
        _("Start the search, then move the budget on the page “Scenario” and see what any budget buys."),
        _("On the page “Export” write the proposal, the workbook and the map."),
    )
    return (
        Heading(_("Your first plan")),
        Bullets(steps),
        Paragraph(
            _(
                "A plan says how near it is to the best one, as far as that is proven. Amounts are those of the prices "
                "in force: look at them before you use a plan."
            )
        ),
    )


def _commands() -> tuple[Heading | Paragraph | Table, ...]:
    rows = (
        ("start.bat demo --out runs\\demo", _("plan an invented country, to try everything on")),
        ("start.bat new my-country", _("write a scenario with templates of the input files")),
        ("start.bat check my-country", _("say what is wrong with the inputs, and how to mend it")),
        ("start.bat solve my-country --budget programme=20%", _("find the plan for a share of the full cost")),
        ("start.bat export RUN --to pdf,docx,xlsx", _("write proposal and workbook")),
        ("start.bat compare RUN RUN --report compared.pdf", _("set plans side by side")),
        ("start.bat --help", _("list all commands")),
    )
    text = _("What the app does can be typed as well: open a command window in the folder of start.bat.")
    columns = (_("Command"), _("What it does"))
    return Heading(_("Commands")), Paragraph(text), Table(_("Commands used most"), columns, (), rows)


def _trouble(python: str) -> tuple[Heading | Table, ...]:
    rows = (
        (
            _("Python {n} (64 bit) is not installed").format(n=python),
            _("Install it for yourself or have it installed; another version of Python does not do."),
        ),
        (
            _("The installation failed"),
            _("Unpack the zip again, whole, to a folder with a short name; free 2 GB of disk; start again."),
        ),
        (
            _("Windows protected your PC"),
            _("The file was downloaded: choose “More info” and “Run anyway”, or ask your administrator."),
        ),
        (
            _("The browser does not open"),
            _("Type the address that the black window shows, which begins with http://localhost, into a browser."),
        ),
    )
    return (
        Heading(_("If something goes wrong")),
        Table(_("Messages and what helps"), (_("What is seen"), _("What helps")), (), rows),
    )
