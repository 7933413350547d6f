"""What is measured, and against what. `python -m bench` prints it; bin/bench installs what is missing first."""
