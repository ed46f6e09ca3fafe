"""Scripts that set the project up; none of them is part of the program."""
