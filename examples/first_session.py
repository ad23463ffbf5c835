"""From installation to a plot: python -m pip install ".[plot]" && python examples/first_session.py"""

import matplotlib.pyplot as plt
import numpy as np
import pyarrow.compute as pc

import deskhand

session = deskhand.simulate("crm.create_lead", seed=7)
verbs = session.actions["verb"].to_pylist()
click, typing = verbs.index("click"), verbs.index("type")  # every event names the action behind it

moves = session.events.filter(pc.field("type") == "pointermove")
t, x, y, of = (moves[name].to_numpy() for name in ("t_us", "client_x", "client_y", "action_id"))
figure, (path, velocity, roll) = plt.subplots(3, 1, figsize=(8, 11), layout="constrained")
path.plot(x, y, linewidth=0.8)
path.plot(x[of == click], y[of == click], linewidth=2)
path.set(title="Path of the cursor; thick: the first click", aspect="equal")
path.invert_yaxis()

t, x, y = t[of == click] / 1e6, x[of == click], y[of == click]
steps = np.arange(0, len(t), 8)  # over eight samples, since a mouse reports whole pixels
velocity.plot(t[steps[1:]], np.hypot(np.diff(x[steps]), np.diff(y[steps])) / np.diff(t[steps]))
velocity.set(title="Its speed", xlabel="seconds", ylabel="px/s")

pressed = {}
for row in session.events.filter(pc.field("action_id") == typing).to_pylist():
    if row["type"] == "keydown":
        pressed[row["code"]] = row["t_us"] / 1e6
    elif row["type"] == "keyup":
        start = pressed.pop(row["code"])
        roll.barh(row["code"], row["t_us"] / 1e6 - start, left=start, color="C0")
roll.set(title="Keys of the first text; a bar is a hold", xlabel="seconds")

figure.savefig("first_session.png")
