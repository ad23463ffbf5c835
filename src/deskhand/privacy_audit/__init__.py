"""The privacy report: what a profile promises, whether the promise holds, and what attacks find."""
