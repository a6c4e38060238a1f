using System.Globalization;
using Lucene.Net.Index;
using Sparse.LuceneNet.Impacts;
using Sparse.Vectors;

namespace Sparse.LuceneNet.Storage;

/// <summary>Scale and encoder of an index: what its segments say, or, while no document has a vector, its commit.</summary>
/// <param name="HasVectors">False for an index of text alone.</param>
/// <param name="Encoder">The encoder of the vectors; null for text alone and for vectors of unknown origin.</param>
/// <param name="Scale">Weight of one impact step; null for text alone.</param>
internal sealed record IndexIdentity(bool HasVectors, EncoderIdentity? Encoder, float? Scale)
{
    /// <summary>The commit's key for the scale of calibrated scores.</summary>
    public const string CalibrationKey = "sparse.calibration";

    /// <summary>The commit's key for <see cref="IsPartial"/>.</summary>
    public const string PartialKey = "sparse.partial";

    private const string VersionKey = "sparse.version";
    private const string NameKey = "sparse.encoder.name";
    private const string FingerprintKey = "sparse.encoder.fingerprint";
    private const string VocabularyKey = "sparse.encoder.vocabulary";
    private const string ScaleKey = "sparse.scale";

    /// <summary>The identity of an index of text alone.</summary>
    public static IndexIdentity TextAlone { get; } = new(false, null, null);

    /// <summary>True while documents of an index that began with text alone lack their vectors; those that have them are marked (<see cref="Coverage"/>).</summary>
    public bool IsPartial { get; init; }

    /// <summary>The identity of a new index.</summary>
    /// <param name="encoder">Its encoder, or null.</param>
    /// <param name="maxWeight">The weight of impact 255, or null for the encoder's.</param>
    /// <returns>The identity.</returns>
    /// <exception cref="ArgumentException">The encoder is for queries alone, or the weight is not finite and positive.</exception>
    public static IndexIdentity ForNew(ITermEncoder? encoder, float? maxWeight)
    {
        if (encoder is null)
        {
            return TextAlone;
        }

        if (encoder.Identity.IsQueryOnly)
        {
            throw new ArgumentException($"Encoder '{encoder.Identity.Name}' is for queries alone: it cannot make an index's vectors. Give it to a search instead.", nameof(encoder));
        }

        return new IndexIdentity(true, encoder.Identity, ImpactQuantizer.ForMaxWeight(maxWeight ?? encoder.MaxWeight).Scale);
    }

    /// <summary>Reads the identity of an index.</summary>
    /// <param name="reader">The index at some commit or later.</param>
    /// <param name="path">Its folder, for error messages.</param>
    /// <returns>The identity.</returns>
    /// <exception cref="InvalidDataException">Something else made the index, or its segments differ in scale or encoder.</exception>
    public static IndexIdentity Read(DirectoryReader reader, string path)
    {
        IDictionary<string, string> data = reader.IndexCommit.UserData;
        bool isOurs = data.ContainsKey(VersionKey);
        SparseFieldInfo? vectors = SparseFieldInfo.Read(reader, SparseFields.Sparse);
        if (!isOurs && (MultiFields.GetIndexedFields(reader) is not { } fields || !fields.Contains(SparseFields.Id)))
        {
            throw new InvalidDataException($"The Lucene index in '{path}' was not made by this library: it has no field '{SparseFields.Id}'. Open it with Lucene itself, or choose another folder.");
        }

        IndexIdentity committed = data.TryGetValue(ScaleKey, out string? scale)
            ? new(true, new EncoderIdentity(data[NameKey], data[FingerprintKey], data[VocabularyKey], IsQueryOnly: false), float.Parse(scale, CultureInfo.InvariantCulture))
            : TextAlone;
        committed = committed with { IsPartial = data.ContainsKey(PartialKey) };
        if (vectors is null)
        {
            return committed;
        }

        var written = new IndexIdentity(true, vectors.Encoder, vectors.Scale) { IsPartial = committed.IsPartial };
        if (committed.HasVectors && (committed.Scale != written.Scale || committed.Encoder?.Fingerprint != written.Encoder?.Fingerprint))
        {
            throw new InvalidDataException($"The index in '{path}' mixes vectors: its segments hold {written.Describe()} and its commit says {committed.Describe()}. Index the texts anew.");
        }

        return written;
    }

    /// <summary>The identity of an index of text alone that is to have vectors from now on.</summary>
    /// <param name="reader">The index.</param>
    /// <param name="encoder">The encoder.</param>
    /// <param name="maxWeight">The weight of impact 255, or null for the encoder's.</param>
    /// <param name="path">Its folder, for error messages.</param>
    /// <returns>The identity, partial.</returns>
    /// <exception cref="InvalidDataException">Texts are not stored, or something else made the index.</exception>
    public static IndexIdentity ForUpgrade(DirectoryReader reader, ITermEncoder encoder, float? maxWeight, string path)
    {
        var searcher = new Lucene.Net.Search.IndexSearcher(reader);
        foreach (AtomicReaderContext leaf in reader.Leaves)
        {
            // One document of each segment tells at once; each of the others is looked at when its turn comes.
            int doc = Enumerable.Range(0, leaf.AtomicReader.MaxDoc).FirstOrDefault(doc => leaf.AtomicReader.LiveDocs?.Get(doc) != false, -1);
            if (doc >= 0)
            {
                DocumentFields.RequireText(searcher, leaf.DocBase + doc, path);
            }
        }

        return reader.IndexCommit.UserData.ContainsKey(VersionKey)
            ? ForNew(encoder, maxWeight) with { IsPartial = true }
            : throw new InvalidDataException($"The Lucene index in '{path}' was not made by this library, which can't write its documents anew without losing what is not stored: index the texts anew.");
    }

    /// <summary>Reads the identity that several folders share.</summary>
    /// <param name="reader">The reader over all of them, or over one.</param>
    /// <param name="paths">The folders, for error messages.</param>
    /// <returns>The identity.</returns>
    /// <exception cref="InvalidDataException">Something else made one of them, or they differ.</exception>
    public static IndexIdentity Read(IndexReader reader, IReadOnlyList<string> paths)
    {
        IReadOnlyList<DirectoryReader> parts = JointSearchers.PartsOf(reader);
        IndexIdentity first = Read(parts[0], paths[0]);
        for (int i = 1; i < parts.Count; i++)
        {
            if (Read(parts[i], paths[i]) is var other && other != first)
            {
                throw new InvalidDataException($"The index in '{paths[0]}' has {first.Describe()} and that in '{paths[i]}' has {other.Describe()}, so they can't be searched as one. Index the texts of one anew.");
            }
        }

        return first;
    }

    /// <summary>What the commit remembers.</summary>
    /// <returns>Key → value.</returns>
    public Dictionary<string, string> ToCommitData()
    {
        var data = new Dictionary<string, string>(StringComparer.Ordinal) { [VersionKey] = "1" };
        if (Encoder is not null && Scale is { } scale)
        {
            data[NameKey] = Encoder.Name;
            data[FingerprintKey] = Encoder.Fingerprint;
            data[VocabularyKey] = Encoder.VocabularyFingerprint;
            data[ScaleKey] = scale.ToString("R", CultureInfo.InvariantCulture);
        }

        if (IsPartial)
        {
            data[PartialKey] = "1";
        }

        return data;
    }

    /// <summary>Refuses an encoder whose queries do not fit the index.</summary>
    /// <param name="encoder">The encoder given.</param>
    /// <param name="path">The folder, for error messages.</param>
    /// <exception cref="InvalidDataException">It does not fit.</exception>
    public void RequireQueriesBy(EncoderIdentity encoder, string path)
    {
        if (!HasVectors)
        {
            throw new InvalidDataException($"The index in '{path}' holds text alone (BM25), so encoder '{encoder.Name}' has no vectors to work with. Open it without an encoder, or give its texts vectors (upgrade).");
        }

        if (Encoder is null)
        {
            throw new InvalidDataException($"The vectors of the index in '{path}' do not say which encoder made them, so '{encoder.Name}' ({encoder.Fingerprint}) may not search them.");
        }

        if (encoder.CanQuery(Encoder))
        {
            return;
        }

        throw new InvalidDataException(encoder.IsQueryOnly
            ? $"The index in '{path}' was written by encoder '{Encoder.Name}' (vocabulary {Encoder.VocabularyFingerprint}), and query encoder '{encoder.Name}' has another vocabulary ({encoder.VocabularyFingerprint}). Use one of the same vocabulary."
            : $"The index in '{path}' was written by encoder '{Encoder.Name}' ({Encoder.Fingerprint}), not by '{encoder.Name}' ({encoder.Fingerprint}). Use '{Encoder.Name}', or index the texts anew in another folder.");
    }

    private string Describe() => HasVectors
        ? string.Create(CultureInfo.InvariantCulture, $"encoder '{Encoder?.Name ?? "unknown"}' ({Encoder?.Fingerprint ?? "-"}) at scale {Scale:R}")
        : "no vectors";
}
