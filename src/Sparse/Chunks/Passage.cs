namespace Sparse.Chunks;

/// <summary>A stretch of a text.</summary>
/// <param name="Start">Its first UTF-16 index.</param>
/// <param name="End">The UTF-16 index after it; not below <paramref name="Start"/>.</param>
public readonly record struct Passage(int Start, int End)
{
    /// <summary>UTF-16 units.</summary>
    public int Length => End - Start;

    /// <summary>The words of the passage.</summary>
    /// <param name="text">The text that it was cut from.</param>
    /// <returns>That part of the text.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The text is another one, and ends before the passage.</exception>
    public string Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text[Start..End];
    }
}
