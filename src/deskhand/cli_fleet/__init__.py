"""`deskhand fleet`: simulated devices against an ingestion service, a command a file."""

from cyclopts import App

from deskhand.cli_fleet.bodies import bodies
from deskhand.cli_fleet.collector import collector
from deskhand.cli_fleet.plan import plan
from deskhand.cli_fleet.report import report
from deskhand.cli_fleet.run import run
from deskhand.cli_fleet.verify import verify

fleet = App(
    name="fleet",
    help="Simulated devices against an ingestion service, with faults, an answer key and a verdict.",
)
fleet.command(plan)
fleet.command(run)
fleet.command(verify)
fleet.command(bodies)
fleet.command(collector)
fleet.command(report)
