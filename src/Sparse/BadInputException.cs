namespace Sparse;

/// <summary>Input that cannot be read as what it should be: says which file, which line, what is wrong and what was expected.</summary>
public sealed class BadInputException : IOException
{
    /// <summary>Makes the exception; its message is "SOURCE, line N: PROBLEM".</summary>
    /// <param name="source">The file as the user named it.</param>
    /// <param name="line">Line number from 1; 0 when the whole file is meant.</param>
    /// <param name="problem">What is wrong and what was expected, one sentence.</param>
    /// <param name="innerException">The cause, if another exception told it.</param>
    public BadInputException(string source, long line, string problem, Exception? innerException = null)
        : base(line > 0 ? $"{source}, line {line}: {problem}" : $"{source}: {problem}", innerException)
    {
        FileName = source;
        Line = line;
        Problem = problem;
    }

    /// <summary>The file as the user named it.</summary>
    public string FileName { get; }

    /// <summary>Line number from 1; 0 when the whole file is meant.</summary>
    public long Line { get; }

    /// <summary>What is wrong and what was expected, without the place.</summary>
    public string Problem { get; }
}
