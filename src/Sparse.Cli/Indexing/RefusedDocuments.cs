using Sparse.Cli.Display;
using Sparse.LuceneNet;

namespace Sparse.Cli.Indexing;

/// <summary>Documents that the encoder or the index refused, while the rest went on.</summary>
/// <param name="failFast">True to go on with none: the first one's error is thrown.</param>
internal sealed class RefusedDocuments(bool failFast)
{
    private const int MostListed = 20;

    // When nothing but errors comes out of so many documents, it is not the documents.
    private const int MostWithoutSuccess = 32;

    private readonly List<string> _listed = [];
    private bool _hasSuccess;

    /// <summary>How many documents were refused.</summary>
    public long Count { get; private set; }

    /// <summary>Encodes documents, and where that fails, those among them that it works for.</summary>
    /// <param name="documents">The documents.</param>
    /// <param name="encode">Encodes some of them together.</param>
    /// <returns>What was encoded, in order: all in one, or in parts around the refused ones.</returns>
    public IEnumerable<EncodedDocuments> Encode(IReadOnlyList<SparseDocument> documents, Func<IReadOnlyList<SparseDocument>, EncodedDocuments> encode)
    {
        if (documents.Count == 0)
        {
            yield break;
        }

        EncodedDocuments? encoded = null;
        try
        {
            encoded = encode(documents);
            _hasSuccess = true;
        }
        catch (Exception refusal) when (!failFast && refusal is ArgumentException or InvalidDataException)
        {
            if (documents.Count == 1)
            {
                Note(documents[0], refusal);
            }
        }

        if (encoded is not null)
        {
            yield return encoded;
        }
        else if (documents.Count > 1)
        {
            // Halves of halves: what is left out costs the others few encodings more.
            int half = documents.Count / 2;
            foreach (EncodedDocuments part in Encode([.. documents.Take(half)], encode).Concat(Encode([.. documents.Skip(half)], encode)))
            {
                yield return part;
            }
        }
    }

    /// <summary>Counts and lists them, on standard error.</summary>
    public void Report()
    {
        if (Count == 0)
        {
            return;
        }

        Screen.Warn($"{Figure.Count(Count, "document")} refused and left out (--fail-fast stops at the first):");
        foreach (string line in _listed)
        {
            Screen.Note("  " + line);
        }

        if (Count > _listed.Count)
        {
            Screen.Note($"  and {Figure.Count(Count - _listed.Count)} more");
        }
    }

    private void Note(SparseDocument document, Exception refusal)
    {
        Count++;
        string id = TextLayout.Cut(TextLayout.OneLine(document.Id), 60);
        if (!_hasSuccess && Count >= MostWithoutSuccess)
        {
            throw new WrongInputException($"none of the first {Count} documents could be encoded, the last, '{id}', because: {Failure.OneLine(refusal)}", refusal);
        }

        if (_listed.Count < MostListed)
        {
            _listed.Add($"'{id}': {Failure.OneLine(refusal)}");
        }
    }
}
