"""Send a plan's batches with Locust: DESKHAND_PLAN=plan locust -f locustfile.py --host http://127.0.0.1:8080."""

from locust import constant_throughput

from deskhand.locust import DeskhandUser


class Office(DeskhandUser):
    wait_time = constant_throughput(1)
