using System.Diagnostics;
using Sparse.Vectors;

namespace Sparse.Cli;

/// <summary>How fast an encoder is on this machine, at this moment.</summary>
internal static class EncodingSpeed
{
    /// <summary>Tokens of a text that is encoded, about.</summary>
    public const int Tokens = 170;

    private const int Batch = 32;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    // 17 tokens of BERT's; ten of them are an abstract.
    private const string Sentence = "The water of the river rose after three days of rain, and the bridge was closed. ";

    /// <summary>Encodes for a second or one batch, whichever is longer.</summary>
    /// <param name="encoder">The encoder, as many threads as it has.</param>
    /// <returns>Documents a second.</returns>
    public static double Measure(ITermEncoder encoder)
    {
        string[] texts = [.. Enumerable.Range(0, Batch).Select(number => string.Concat(Enumerable.Repeat(Sentence, 10)) + number)];
        encoder.Encode(texts[..2]);
        int count = 0;
        long start = Stopwatch.GetTimestamp();
        do
        {
            count += encoder.Encode(texts).Count;
        }
        while (Stopwatch.GetElapsedTime(start) < Patience);
        return count / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
