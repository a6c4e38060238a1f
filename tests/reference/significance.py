"""Significance tests and rank-biased overlap straight from their definitions: the independent reference of Sparse.Evaluation.

usage: significance.py < LINES. Each line asks one question and gets one line of numbers:
  ttest D1 D2 ...      two-sided p of the paired t-test, then the ends of the 95 % interval of the mean
  random D1 D2 ...     two-sided p of the randomisation test, all 2^n choices of signs
  holm P1 P2 ...       adjusted p-values
  rbo P A,B,... C,...  extrapolated rank-biased overlap of two rankings ('-' is an empty one)
"""

import itertools
import math
import sys


def beyond(t, freedom):
    """Both tails of Student's t, the density integrated by Simpson's rule over the angle (t = sqrt(freedom) tan angle)."""
    constant = math.exp(math.lgamma((freedom + 1) / 2) - math.lgamma(freedom / 2)) / math.sqrt(math.pi)
    end, steps = math.atan(t / math.sqrt(freedom)), 4000
    heights = [math.cos(end * step / steps) ** (freedom - 1) for step in range(steps + 1)]
    area = (heights[0] + heights[-1] + 4 * sum(heights[1:-1:2]) + 2 * sum(heights[2:-1:2])) * end / steps / 3
    return 1 - 2 * constant * area


def ttest(values):
    count = len(values)
    mean = math.fsum(values) / count
    error = math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (count - 1) / count)
    low, high = 0.0, 1000.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if beyond(middle, count - 1) > .05 else (low, middle)
    p = 1.0 if mean == 0 else 0.0 if error == 0 else beyond(abs(mean) / error, count - 1)
    return p, mean - high * error, mean + high * error


def randomization(values):
    observed = abs(math.fsum(values)) - 1e-12
    choices = [abs(math.fsum(sign * value for sign, value in zip(signs, values)))
               for signs in itertools.product((1, -1), repeat=len(values))]
    return sum(choice >= observed for choice in choices) / len(choices),


def holm(values):
    ordered = sorted(values)
    count = len(values)
    return [max(min(1.0, (count - place) * p) for place, p in enumerate(ordered) if p <= value) for value in values]


def rbo(persistence, left, right):
    p = float(persistence)
    short, long = sorted(([] if ranking == "-" else ranking.split(",") for ranking in (left, right)), key=len)
    s, l = len(short), len(long)
    if not s:
        return (0.0 if l else 1.0),

    def shared(depth):
        return len(set(short[:depth]) & set(long[:depth]))

    total = sum(shared(depth) / depth * p ** depth for depth in range(1, l + 1))
    total += sum(shared(s) * (depth - s) / s / depth * p ** depth for depth in range(s + 1, l + 1))
    return (1 - p) / p * total + ((shared(l) - shared(s)) / l + shared(s) / s) * p ** l,


def main():
    for line in sys.stdin:
        kind, *rest = line.split()
        results = rbo(*rest) if kind == "rbo" else {"ttest": ttest, "random": randomization, "holm": holm}[kind]([float(text) for text in rest])
        print(*(repr(result) for result in results))


if __name__ == "__main__":
    main()
