"""From a game to proved answers: the table of concepts, the cells of an answer, the solution."""
