namespace Sparse.Tokens.BytePairs;

/// <summary>GPT-2's printable stand-ins for the 256 bytes: visible Latin-1 characters for themselves, U+0100 and on for the others in order.</summary>
/// <remarks>Radford et al., Language Models are Unsupervised Multitask Learners, 2019. The blank is Ġ.</remarks>
internal static class ByteAlphabet
{
    /// <summary>The stand-in of each byte.</summary>
    public static string Letters { get; } = Make();

    private static string Make()
    {
        Span<char> letters = stackalloc char[256];
        char other = '\u0100';
        for (int b = 0; b < 256; b++)
        {
            letters[b] = b is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF) ? (char)b : other++;
        }

        return new string(letters);
    }
}
