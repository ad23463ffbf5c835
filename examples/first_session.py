"""From installation to a plot: python -m pip install ".[plot]" && python examples/first_session.py"""

import matplotlib.pyplot as plt
import numpy as np
import pyarrow.compute as pc

import deskhand

session = deskhand.simulate("crm.create_lead", seed=7)
click = session.events.filter((pc.field("type") == "pointermove") & (pc.field("action_id") == 0))
t_s, x, y = click["t_us"].to_numpy()[::4] / 1e6, click["screen_x"][::4], click["screen_y"][::4]
keys = deskhand.type_text("No human typed this.", seed=7)

figure, (path, speed, roll) = plt.subplots(3, 1, figsize=(8, 10), layout="constrained")
path.plot(x, y)
speed.plot(t_s[1:], np.hypot(np.diff(x), np.diff(y)) / np.diff(t_s))
down_s, up_s = keys["down_us"].to_numpy() / 1e6, keys["up_us"].to_numpy() / 1e6
roll.barh(keys["code"].to_pylist(), left=down_s, width=up_s - down_s)
path.set(title="path of the first click", aspect="equal", adjustable="datalim")
speed.set(title="its speed, px/s", xlabel="seconds")
roll.set(title="keys of a text; a bar is a hold", xlabel="seconds")
figure.savefig("first_session.png")
