namespace Sparse.Cli;

/// <summary>Something the user gave cannot be worked with; the message is the whole sentence for standard error.</summary>
internal sealed class WrongInputException : Exception
{
    /// <summary>Makes the error from its sentence.</summary>
    /// <param name="sentence">What is wrong, where, and what to do; no final stop.</param>
    public WrongInputException(string sentence)
        : base(sentence)
    {
    }

    /// <summary>Makes the error from its sentence and what caused it.</summary>
    /// <param name="sentence">What is wrong, where, and what to do; no final stop.</param>
    /// <param name="cause">The exception behind it, shown with SPARSE_DEBUG=1.</param>
    public WrongInputException(string sentence, Exception cause)
        : base(sentence, cause)
    {
    }
}
