"""The precision of everything here, and what every table needs."""

from mpmath import mp, mpf

DIGITS = 60
mp.dps = DIGITS


def log_uniform(rng, low, high):
    """A double between two powers of ten, uniform in the exponent."""
    return 10.0 ** rng.uniform(low, high)


def derivatives(function, parameters):
    """Value, gradient and upper triangle of the Hessian, by central differences at 120 digits."""
    size = len(parameters)
    with mp.workdps(120):
        step = mpf(10) ** -30
        logs = [mp.log(mpf(value)) for value in parameters]

        def at(*moves):
            moved = list(logs)
            for i, sign in moves:
                moved[i] += sign * step
            return function(*(mp.exp(value) for value in moved))

        here = at()
        gradient = [(at((i, 1)) - at((i, -1))) / (2 * step) for i in range(size)]
        hessian = []
        for i in range(size):
            for j in range(i, size):
                corners = sum(p * q * at((i, p), (j, q)) for p in (1, -1) for q in (1, -1))
                hessian.append(corners / (4 * step * step))
        return [here, *gradient, *hessian]
