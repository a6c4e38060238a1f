using Sparse.Chunks;
using Sparse.Vectors;

namespace Sparse.LuceneNet.Storage;

/// <summary>A vector to index.</summary>
/// <param name="Vector">Its weights.</param>
/// <param name="Span">The passage of the text that it stands for, empty where that is the title alone; null for the whole document.</param>
internal readonly record struct PassageVector(TermVector Vector, Passage? Span);

/// <summary>Documents to vectors: one a document, or one a passage.</summary>
/// <param name="encoder">The index's encoder.</param>
/// <param name="chunker">Cuts long texts; null leaves them whole, for the encoder to read as far as it does.</param>
/// <param name="use">What becomes of passages.</param>
/// <param name="pruning">What of each vector to keep.</param>
internal sealed class DocumentEncoding(ITermEncoder encoder, Chunker? chunker, PassageUse use, PruningOptions pruning)
{
    /// <summary>Encodes documents together.</summary>
    /// <param name="documents">Valid documents.</param>
    /// <param name="cancellationToken">Stops between batches of the encoder.</param>
    /// <returns>The vectors of each document, in its order; one at least.</returns>
    /// <exception cref="ArgumentException">A document's own vector has a term that the vocabulary has not.</exception>
    public PassageVector[][] Run(IReadOnlyList<SparseDocument> documents, CancellationToken cancellationToken)
    {
        var inputs = new List<string>();
        var spans = new Passage?[documents.Count][];
        for (int i = 0; i < spans.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            spans[i] = documents[i].Vector is null ? Cut(documents[i], inputs) : [];
        }

        IReadOnlyList<TermVector> made = inputs.Count == 0 ? [] : encoder.Encode(inputs, cancellationToken);
        var vectors = new PassageVector[documents.Count][];
        for (int i = 0, next = 0; i < vectors.Length; next += spans[i++].Length)
        {
            vectors[i] = documents[i].Vector is { } own ? [new(Checked(documents[i], own), null)] : Collect(made, next, spans[i]);
            for (int p = 0; p < vectors[i].Length; p++)
            {
                vectors[i][p] = vectors[i][p] with { Vector = TermPruner.Prune(vectors[i][p].Vector, pruning) };
            }
        }

        return vectors;
    }

    /// <summary>Adds what the encoder is to read, and says which passages those are.</summary>
    private Passage?[] Cut(SparseDocument document, List<string> inputs)
    {
        if (chunker is null)
        {
            inputs.Add(document.FullText);
            return [null];
        }

        string title = document.Title ?? "";
        List<Passage?> spans = [];
        if (!chunker.CanLead(title))
        {
            // Longer than any passage should begin with: passages of its own, at no place of the text.
            foreach (Passage part in chunker.Split(title))
            {
                inputs.Add(part.Of(title));
                spans.Add(default(Passage));
            }

            title = "";
        }

        foreach (Passage part in chunker.Split(document.Text, title))
        {
            inputs.Add(title.Length == 0 ? part.Of(document.Text) : title + " " + part.Of(document.Text));
            spans.Add(part);
        }

        return [.. spans];
    }

    private PassageVector[] Collect(IReadOnlyList<TermVector> made, int from, Passage?[] spans)
    {
        if (use == PassageUse.Merge || spans is [null])
        {
            return [new PassageVector(TermVector.Max([.. made.Skip(from).Take(spans.Length)]), null)];
        }

        return [.. spans.Select((span, i) => new PassageVector(made[from + i], span))];
    }

    private TermVector Checked(SparseDocument document, TermVector own) =>
        own.Count > 0 && own.Terms[^1] >= encoder.Vocabulary.Count
            ? throw new ArgumentException($"The vector of document '{DocumentFields.Shorten(document.Id)}' has term {own.Terms[^1]}, and the vocabulary ends at {encoder.Vocabulary.Count - 1}: they do not belong together.", nameof(document))
            : own;
}
