using Sparse.Vectors;

namespace Sparse.Formats.Vectors;

/// <summary>Reads the vectors of a file, one document at a time.</summary>
internal abstract class VectorReader : IDisposable
{
    /// <summary>The terms; it grows while a file of names is read.</summary>
    internal abstract TermTable Terms { get; }

    /// <summary>True where all values are whole numbers by the format.</summary>
    internal abstract bool IsInteger { get; }

    /// <summary>Weight of a value of 1; 1 where the file says nothing.</summary>
    internal virtual double Scale => 1;

    /// <summary>The encoder of the vectors; null where the source says nothing.</summary>
    internal virtual EncoderIdentity? Encoder => null;

    /// <summary>Share of the input that was read, 0 to 1.</summary>
    internal abstract double ShareRead { get; }

    /// <summary>What was left out while reading, as whole sentences.</summary>
    internal virtual IEnumerable<string> Losses => [];

    /// <summary>Reads the next document.</summary>
    /// <param name="row">Overwritten.</param>
    /// <returns>False after the last.</returns>
    /// <exception cref="BadInputException">The file is not what it should be.</exception>
    internal abstract bool Read(VectorRow row);

    /// <inheritdoc/>
    public abstract void Dispose();
}

/// <summary>Writes vectors, one document at a time.</summary>
internal abstract class VectorWriter : IDisposable
{
    /// <summary>True where titles and texts are kept.</summary>
    internal virtual bool KeepsTexts => false;

    /// <summary>What the target could not keep, as whole sentences; complete after <see cref="Finish"/>.</summary>
    internal virtual IEnumerable<string> Losses => [];

    /// <summary>Writes one document.</summary>
    /// <param name="row">The vector; its buffers may be reordered.</param>
    internal abstract void Write(VectorRow row);

    /// <summary>Writes what comes after the last document.</summary>
    internal abstract void Finish();

    /// <inheritdoc/>
    public abstract void Dispose();
}
