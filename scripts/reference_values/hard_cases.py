"""Where others fail."""

from bg_nbd import n_purchases, p_alive, p_gone
from dropout import renewals
from mpmath import mp, mpf


def hard_cases_rows():
    """Each a quantity of the BG/NBD at which some library fails; scripts/peer_failures.py shows them."""
    cdnow = ("CDNOW", 0.243, 4.414, 0.793, 2.426)
    histories = [(0, 0.0), (1, 1.71), (2, 30.43), (10, 30.0), (100, 38.0), (300, 38.0), (500, 30.0)]
    histories += [(1000, 38.8), (2000, 10.0), (5000, 38.8)]
    for x, t_x in histories:
        yield hard_case("p_alive", cdnow, x, t_x, 38.86)
    points = [(cdnow, x, t_x, 38.86, 39.0) for x, t_x in histories]
    points += [
        (cdnow, 2, 30.43, 38.86, 1e-12),
        (("young", 0.11, 2.24, 0.31, 0.5), 0, 0.0, 1.0, 30.0),
    ]
    points += [((f"a = {a!r}", 0.5, 5.0, a, 2.0), 2, 10.0, 20.0, 30.0) for a in (1.0, 1 + 1e-15)]
    for point in points:
        yield hard_case("expected_purchases", *point)
    for x, t_x in histories[:3]:
        yield hard_case("p_no_purchase", cdnow, x, t_x, 38.86, 39.0)
    for n in [0, 1, 10, 100, 160, 170, 171, 200, 1000]:
        yield hard_case("probability_of_n_purchases", cdnow, n, 0.0, 0.0, 39.0)


def hard_case(quantity, model, x, t_x, t, horizon=0.0):
    r, alpha, a, b, n, recent, age, ahead = (
        mpf(value) for value in (*model[1:], x, t_x, t, horizon)
    )
    alive, z = p_alive(r, alpha, a, b, n, recent, age), ahead / (alpha + age)
    match quantity:
        case "p_alive":
            exact = alive
        case "expected_purchases":
            exact = alive * renewals(r + n, z, a, b + n)
        case "p_no_purchase":
            gone = p_gone(r, alpha, a, b, n, recent, age)
            exact = gone + alive * mp.exp(-(r + n) * mp.log1p(z))
        case _:
            exact = n_purchases(r, alpha, a, b, x, ahead)
    return (quantity, *model, x, t_x, t, horizon, exact)
