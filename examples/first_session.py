"""From installation to a plot: python -m pip install ".[plot]" && python examples/first_session.py"""

import matplotlib.pyplot as plt
import numpy as np
import pyarrow.compute as pc

import deskhand

session = deskhand.simulate("crm.create_lead", seed=7)

moves = session.events.filter(pc.field("type") == "pointermove")
t, x, y = (moves[name].to_numpy() for name in ("t_us", "client_x", "client_y"))
speed = np.hypot(np.diff(x), np.diff(y)) / np.diff(t / 1e6)

figure, (path, velocity, roll) = plt.subplots(3, 1, figsize=(9, 11), layout="constrained")
path.scatter(x[1:], y[1:], c=np.sqrt(speed), s=4)
path.set(title="Path of the cursor, bright where it is quick", aspect="equal")
path.invert_yaxis()
velocity.plot(t[1:] / 1e6, speed, linewidth=0.7)
velocity.set(title="Speed of the cursor", ylabel="px/s")

pressed: dict[str, int] = {}
for row in session.events.select(["t_us", "type", "code"]).to_pylist():
    if row["type"] == "keydown":
        pressed[row["code"] or "masked"] = row["t_us"]
    elif row["type"] == "keyup" and (row["code"] or "masked") in pressed:
        start = pressed.pop(row["code"] or "masked")
        roll.barh(row["code"] or "masked", (row["t_us"] - start) / 1e6, left=start / 1e6)
roll.set(title="Keys: bars are holds", xlabel="seconds")

figure.savefig("first_session.png")
