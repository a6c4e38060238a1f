using Sparse.Formats;
using Sparse.LuceneNet;
using Sparse.Vectors;

namespace Sparse.Chaos;

/// <summary>Documents for the campaigns: pieces of the sample pages, encoded once, with a number and a keyword each.</summary>
internal static class Pieces
{
    /// <summary>Makes documents.</summary>
    /// <param name="encoder">Makes their vectors.</param>
    /// <param name="corpus">Folder or file of pages.</param>
    /// <param name="count">How many at most.</param>
    /// <param name="words">Words of each.</param>
    /// <returns>Documents with vectors, ids "p0", "p1", …</returns>
    public static SparseDocument[] Read(ITermEncoder encoder, string corpus, int count, int words)
    {
        string[] texts = [.. Corpus.Open([corpus])
            .SelectMany(page => page.Text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Chunk(words))
            .Take(count)
            .Select(piece => string.Join(' ', piece))];
        return Make(encoder, texts);
    }

    /// <summary>Makes documents of texts.</summary>
    /// <param name="encoder">Makes their vectors.</param>
    /// <param name="texts">The texts.</param>
    public static SparseDocument[] Make(ITermEncoder encoder, IReadOnlyList<string> texts)
    {
        IReadOnlyList<TermVector> vectors = encoder.Encode(texts);
        return [.. texts.Select((text, i) => With($"p{i}", text, vectors[i], i))];
    }

    /// <summary>A document with its further fields.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="text">Its text.</param>
    /// <param name="vector">Its vector.</param>
    /// <param name="number">Decides the fields.</param>
    public static SparseDocument With(string id, string text, TermVector vector, int number) =>
        new(id, text) { Vector = vector, Fields = { ["year"] = $"{1990 + number % 30}", ["lang"] = number % 3 == 0 ? "de" : "en" } };
}
