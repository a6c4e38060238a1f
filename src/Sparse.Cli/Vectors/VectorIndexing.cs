using Sparse.Cli.Display;
using Sparse.Formats.Vectors;
using Sparse.LuceneNet;
using Sparse.Tokens;
using Sparse.Vectors;

namespace Sparse.Cli.Vectors;

/// <summary>Makes an index of vectors that are there already, and goes on with one.</summary>
/// <remarks>The source is read twice: once for its terms and its largest value, which an index has to know before the first document.</remarks>
/// <param name="Files">The source.</param>
/// <param name="Format">Its format.</param>
/// <param name="Folder">The index.</param>
internal sealed record VectorIndexing(IReadOnlyList<string> Files, VectorFormat Format, string Folder)
{
    /// <summary>The terms; null: those of the encoder, else any.</summary>
    public Vocabulary? Vocabulary { get; init; }

    /// <summary>builtin or the model folder that made the vectors; null: what the source says.</summary>
    public string? Encoder { get; init; }

    /// <summary>Steps a weight of 1; null: so that the largest value is 255, or whole numbers stay as they are.</summary>
    public double? Steps { get; init; }

    /// <summary>Goes on with the index that is there.</summary>
    public bool Append { get; init; }

    /// <summary>Options of the index.</summary>
    public SparseIndexOptions Options { get; init; } = new();

    /// <summary>Runs.</summary>
    /// <param name="progress">Told now and then.</param>
    /// <param name="stop">Stops between documents; a new index is removed then.</param>
    /// <returns>Sentences about what was lost.</returns>
    public IReadOnlyList<string> Run(DocumentProgress progress, CancellationToken stop)
    {
        bool isThere = SparseIndex.Exists(Folder);
        if (isThere && !Append)
        {
            throw new WrongInputException($"'{Folder}' already holds an index; name another folder, or go on with it: sparse index --vectors --append");
        }

        using ITermEncoder? model = Encoder is null ? null : EncoderChoice.Open(Encoder, new EncoderSettings(Cli.Options.SharedOptions.DefaultMaxTokens, 1));
        TermTable terms = VectorFile.TermsOf(Format, Vocabulary ?? model?.Vocabulary);
        (float largest, double scale, bool isInteger, EncoderIdentity? found) = Survey(terms, stop);
        EncoderIdentity identity = model?.Identity ?? found ?? OutsideEncoder.Unknown(terms.Vocabulary?.Fingerprint ?? OutsideEncoder.UnknownName);
        Vocabulary vocabulary = terms.Vocabulary ?? new Vocabulary([.. Enumerable.Range(0, Math.Max(1, terms.Count)).Select(term => terms.Count == 0 ? "-" : terms.Name(term))]);
        double step = Steps is { } steps ? 1 / steps
            : isInteger && largest <= ImpactQuantizer.MaxImpact ? scale
            : model is not null ? model.MaxWeight / ImpactQuantizer.MaxImpact : largest * scale / ImpactQuantizer.MaxImpact;
        using var encoder = new OutsideEncoder(vocabulary, MaxWeightOf((float)step), identity);
        SparseIndex index = isThere ? ServedMark.OpenUnserved(Folder, encoder, Options) : SparseIndex.Create(Folder, encoder, Options with { MaxWeight = null });
        try
        {
            using VectorReader reader = new JoinedVectorReader(Files, Format, terms);
            using var writer = new IndexVectorWriter(index, scale);
            VectorCopy.Run(reader, writer, progress, stop);
            Remember();
            return [.. reader.Losses, .. writer.Losses, .. writer.Replaced > 0 ? [$"{Figure.Count(writer.Replaced, "document")} replaced an earlier one with the same id"] : Array.Empty<string>()];
        }
        catch when (!isThere)
        {
            Directory.Delete(Folder, recursive: true);
            throw;
        }
    }

    private (float Largest, double Scale, bool IsInteger, EncoderIdentity? Encoder) Survey(TermTable terms, CancellationToken stop)
    {
        using VectorReader reader = new JoinedVectorReader(Files, Format, terms);
        var row = new VectorRow();
        float largest = 0;
        for (long read = 0; reader.Read(row); read++)
        {
            for (int i = 0; i < row.Count; i++)
            {
                largest = Math.Max(largest, row.Values[i]);
            }

            if (read % 1024 == 0)
            {
                stop.ThrowIfCancellationRequested();
            }
        }

        return (largest == 0 ? 1 : largest, reader.Scale, reader.IsInteger, reader.Encoder);
    }

    // An index takes the weight of impact 255, and divides; the step must come out as it was, bit by bit, for an index to come back the same.
    private static float MaxWeightOf(float step)
    {
        float weight = step * ImpactQuantizer.MaxImpact;
        float below = MathF.BitDecrement(weight), above = MathF.BitIncrement(weight);
        return weight / ImpactQuantizer.MaxImpact == step ? weight : below / ImpactQuantizer.MaxImpact == step ? below : above / ImpactQuantizer.MaxImpact == step ? above : weight;
    }

    // Where the model lies, so that texts can be searched for.
    private void Remember()
    {
        ToolMemory? memory = Format == VectorFormat.Index && Files.Count == 1 ? ToolMemory.Read(Files[0]) : null;
        if (Encoder is not null)
        {
            memory = new ToolMemory { ModelFolder = EncoderChoice.FolderOf(Encoder) };
        }

        memory?.Write(Folder);
    }
}
