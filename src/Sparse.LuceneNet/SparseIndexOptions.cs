using Sparse.Chunks;
using Sparse.Vectors;

namespace Sparse.LuceneNet;

/// <summary>Options of a <see cref="SparseIndex"/>.</summary>
public sealed record SparseIndexOptions
{
    /// <summary>The weight that impact 255 stands for; null takes the encoder's own. Used on creation; an existing index keeps its scale.</summary>
    public float? MaxWeight { get; init; }

    /// <summary>What of the vectors of added documents to keep; everything by default. Queries are never pruned.</summary>
    public PruningOptions Pruning { get; init; } = PruningOptions.KeepAll;

    /// <summary>
    /// Cuts the texts of added documents into passages, made with the encoder's own tokenizer and of at most as many tokens as it reads;
    /// a title goes before each passage. Null (default): the encoder reads the beginning of a text, as far as it does. Words (BM25)
    /// are always those of the whole text.
    /// </summary>
    public Chunker? Chunker { get; init; }

    /// <summary>What becomes of the passages, where there is a <see cref="Chunker"/>; by default they are kept.</summary>
    public PassageUse Passages { get; init; } = PassageUse.Keep;

    /// <summary>BM25's saturation of repeated words, ≥ 0; 0.9 as in Anserini.</summary>
    public float Bm25K1 { get; init; } = 0.9f;

    /// <summary>BM25's share of length normalisation, 0 to 1; 0.4 as in Anserini.</summary>
    public float Bm25B { get; init; } = 0.4f;

    /// <summary>Language of the words for BM25, see <see cref="Analysis.LexicalAnalyzers.Languages"/>. Null: the index's own; of a new index English.</summary>
    public string? Language { get; init; }

    /// <summary>
    /// Further fields to filter, count, sort or search by. The index remembers them; those of an existing index need not be named again,
    /// and new ones hold for documents added from now on.
    /// </summary>
    public IReadOnlyList<IndexField> Fields { get; init; } = [];

    /// <summary>Memory for documents before they are flushed to a segment, in megabytes; &gt; 0 and below 2,048.</summary>
    public double RamBufferMegabytes { get; init; } = 64;

    /// <summary>Merges to segments of at least so many documents put like documents next to each other: searches get faster, such
    /// merges slower, and take a dozen bytes of memory a posting. Null for never, ≥ 1.</summary>
    public int? ReorderFrom { get; init; }
}
