using System.Text;
using Sparse.Tokens;
using Sparse.Vectors;

namespace Sparse.LuceneNet.Tests.Facade;

/// <summary>A deterministic stand-in for a model: each lower-cased word is one of 997 terms, weighted 1 + ln(times).</summary>
internal sealed class HashEncoder(string name = "hash", float maxWeight = 4, bool isQueryOnly = false, string prefix = "t") : ITermEncoder
{
    private const int Size = 997;

    public Vocabulary Vocabulary { get; } = new([.. Enumerable.Range(0, Size).Select(id => prefix + id)]);

    public EncoderIdentity Identity => new(name, $"{name}-fingerprint", Vocabulary.Fingerprint, isQueryOnly);

    public float MaxWeight => maxWeight;

    public int Calls { get; private set; }

    public IReadOnlyList<TermVector> Encode(IReadOnlyList<string> texts, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Calls++;
        return [.. texts.Select(Encode)];
    }

    public void Dispose()
    {
    }

    private static TermVector Encode(string text)
    {
        var counts = new Dictionary<int, int>();
        foreach (string word in text.ToLowerInvariant().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            uint hash = 17;
            foreach (byte b in Encoding.UTF8.GetBytes(word))
            {
                hash = unchecked((hash ^ b) * 16_777_619);
            }

            int id = (int)(hash % Size);
            counts[id] = counts.GetValueOrDefault(id) + 1;
        }

        return TermVector.FromPairs(counts.Select(pair => KeyValuePair.Create(pair.Key, 1 + MathF.Log(pair.Value))));
    }
}
