using Sparse.Fusion;
using Sparse.LuceneNet.Lexical;

namespace Sparse.OpenSearch.Searching;

/// <summary>BM25 as the local index has it, over the words that a hit brings with it.</summary>
/// <remarks>Servers round a document's length to one byte, which moves nDCG@10 by up to .01 (<see cref="ExactLengthBm25"/>), so what they find is scored here anew.</remarks>
/// <param name="similarity">The formula.</param>
/// <param name="words">The query's words, each once, with their factors.</param>
/// <param name="totals">The collection.</param>
/// <param name="documents">Documents that hold each word.</param>
internal sealed class WordScorer(ExactLengthBm25 similarity, IReadOnlyList<(string Word, float Factor)> words, CollectionCounts.Totals totals, IReadOnlyDictionary<string, long> documents)
{
    private readonly double _averageLength = totals.Words <= 0 ? 1 : totals.Words / totals.Documents;
    private readonly double[] _values = [.. words.Select(word => ExactLengthBm25.Idf(totals.Documents, documents[word.Word]) * word.Factor)];

    /// <summary>What the index knows of the words.</summary>
    public LegEvidence Evidence() => LegEvidence.Of(
        [.. words.Select(word => new TermEvidence(word.Factor * similarity.MostOf(totals.Documents, documents[word.Word]), documents[word.Word]))], totals.Documents);

    /// <summary>Scores a document.</summary>
    /// <param name="text">Its words, parted by blanks.</param>
    /// <returns>0 where no word is in it.</returns>
    public double Score(string text)
    {
        Dictionary<string, int> counts = Count(text, out int length);
        double score = 0;
        for (int i = 0; i < words.Count; i++)
        {
            if (counts.TryGetValue(words[i].Word, out int count))
            {
                score += (float)(_values[i] * similarity.Saturation(count, length / _averageLength));
            }
        }

        return score;
    }

    /// <summary>Counts words.</summary>
    /// <param name="text">Words, parted by blanks.</param>
    /// <param name="length">How many there are.</param>
    public static Dictionary<string, int> Count(string text, out int length)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> lookup = counts.GetAlternateLookup<ReadOnlySpan<char>>();
        length = 0;
        foreach (Range part in text.AsSpan().Split(' '))
        {
            ReadOnlySpan<char> word = text.AsSpan()[part];
            if (word.Length > 0)
            {
                lookup[word] = lookup.TryGetValue(word, out int count) ? count + 1 : 1;
                length++;
            }
        }

        return counts;
    }
}
