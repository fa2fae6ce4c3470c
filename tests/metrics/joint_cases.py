"""Pairs of codes that are hard to search jointly, and slow references."""

import numpy as np
from metrics.neighbour_cases import hard_codes
from scipy.special import digamma


def hard_pairs(count: int) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Each hard code paired with another one, and with a noisy copy."""
    codes = hard_codes(count)
    names = list(codes)
    pairs = {
        f"{name}-{other}": (codes[name], codes[other])
        for name, other in zip(names, names[3:] + names[:3], strict=True)
    }
    noise = np.random.default_rng(2).standard_normal((count, 5))
    return pairs | {
        "huge-tiny": (codes["huge"], codes["tiny"]),
        "clusters-clusters": (codes["clusters"], codes["clusters"][:, ::2]),
        "quantised-copy": (codes["quantised"], codes["quantised"][:, :2]),
        "wide-noisy": (codes["wide"], codes["wide"][:, :5] + noise),
    }


def gaussians(
    count: int, dimensions: int, information: float, seed: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Normal codes of a given mutual information, -½ d log(1 - ρ²) nats."""
    generator = np.random.default_rng(seed)
    correlation = np.sqrt(1 - np.exp(-2 * information / dimensions))
    first, noise = generator.standard_normal((2, count, dimensions))
    return first, correlation * first + np.sqrt(1 - correlation**2) * noise


def all_squares(codes: np.ndarray) -> np.ndarray:
    """Squared distances of all pairs, by differences in float64."""
    codes = np.asarray(codes, np.float64)
    return np.stack(
        [np.einsum("nd,nd->n", codes - code, codes - code) for code in codes]
    )


def reference_radii(
    first: np.ndarray, second: np.ndarray, neighbours: int
) -> np.ndarray:
    """Farthest of the k nearest and their ties in each variable."""
    distances = np.sqrt(np.stack([all_squares(first), all_squares(second)]))
    joint = distances.max(axis=0)
    # The sample itself is a nearest one, at distance 0.
    limits = np.sort(joint, axis=1)[:, neighbours, None]
    return np.where(joint <= limits, distances, 0).max(axis=2).T


def reference_counts(codes: np.ndarray, radii: np.ndarray) -> np.ndarray:
    """Other samples within the radii, moved by an ulp as the caller did."""
    return (all_squares(codes) <= np.square(radii)[:, None]).sum(axis=1) - 1


def tied_share(
    first: np.ndarray, second: np.ndarray, neighbours: int, variant: int
) -> float:
    """Samples with several others at exactly the radius of the estimate."""
    radii = reference_radii(first, second, neighbours)
    if variant == 1:
        radii[:] = radii.max(axis=1, keepdims=True)
    tied = np.zeros(len(first), bool)
    for codes, radius in zip((first, second), radii.T, strict=True):
        inner, outer = (
            reference_counts(codes, np.nextafter(radius, towards))
            for towards in (0, np.inf)
        )
        tied |= outer - inner > 1
    return tied.mean()


def reference_ksg(
    first: np.ndarray, second: np.ndarray, neighbours: int, variant: int
) -> float:
    """The estimate of Kraskov et al. over all pairs."""
    radii = reference_radii(first, second, neighbours)
    if variant == 1:
        inner = np.nextafter(radii.max(axis=1), 0)
        counts = [reference_counts(codes, inner) for codes in (first, second)]
        marginal = sum(digamma(count + 1) for count in counts).mean()
        return digamma(neighbours) + digamma(len(first)) - marginal
    counts = [
        reference_counts(codes, np.nextafter(radius, np.inf))
        for codes, radius in zip((first, second), radii.T, strict=True)
    ]
    marginal = sum(digamma(count) for count in counts).mean()
    return digamma(neighbours) - 1 / neighbours + digamma(len(first)) - marginal
