namespace Sparse.Vectors;

/// <summary>What of a term vector to keep. Every knob names what is kept; the defaults keep everything, and all knobs apply together.</summary>
public sealed record PruningOptions
{
    /// <summary>Keeps everything.</summary>
    public static PruningOptions KeepAll { get; } = new();

    /// <summary>Keep this many terms, the heaviest; ≥ 1. All by default.</summary>
    public int KeepTerms
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1, nameof(KeepTerms));
            field = value;
        }
    }

    = int.MaxValue;

    /// <summary>Keep terms from this share of the vector's largest weight on; 0 to 1. 0 by default, which keeps all.</summary>
    public double KeepFromShareOfMaximum
    {
        get;
        init
        {
            ThrowUnlessShare(value, nameof(KeepFromShareOfMaximum));
            field = value;
        }
    }

    /// <summary>Keep the heaviest terms until they hold this share of the sum of weights; above 0, to 1. 1 by default, which keeps all.</summary>
    public double KeepShareOfMass
    {
        get;
        init
        {
            ThrowUnlessShare(value, nameof(KeepShareOfMass));
            ArgumentOutOfRangeException.ThrowIfZero(value, nameof(KeepShareOfMass));
            field = value;
        }
    }

    = 1;

    /// <summary>Keep terms from this weight on; finite and ≥ 0. 0 by default, which keeps all.</summary>
    public float KeepFromWeight
    {
        get;
        init
        {
            if (!(value >= 0) || float.IsPositiveInfinity(value))
            {
                throw new ArgumentOutOfRangeException(nameof(KeepFromWeight), value, "The weight to keep terms from must be finite and not negative.");
            }

            field = value;
        }
    }

    private static void ThrowUnlessShare(double value, string name)
    {
        if (!(value is >= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(name, value, $"{name} is a share: 0 to 1.");
        }
    }
}
