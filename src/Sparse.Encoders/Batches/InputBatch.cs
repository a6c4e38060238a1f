namespace Sparse.Encoders.Batches;

/// <summary>A text as a model reads it.</summary>
/// <param name="Ids">Its ids, markers included.</param>
/// <param name="From">The first place that is pooled.</param>
/// <param name="To">The place after the last one that is pooled.</param>
internal readonly record struct ModelInput(int[] Ids, int From, int To)
{
    /// <summary>A text that is pooled whole.</summary>
    internal ModelInput(int[] ids)
        : this(ids, 0, ids.Length)
    {
    }
}

/// <summary>The input arrays of one batch, int64 [texts, length], used again by the next.</summary>
internal sealed class InputBatch
{
    /// <summary>1 where there is text, 0 where there is padding.</summary>
    internal const string Mask = "attention_mask";

    /// <summary>Added by us: 1 where positions are pooled.</summary>
    internal const string PoolMask = "sparse_pool_mask";

    private const string Positions = "position_ids";

    // Anserini's uniCOIL says inputIds.
    private static readonly string[] IdNames = ["input_ids", "inputIds"];

    private long[] _ids = [];
    private long[] _mask = [];
    private long[] _pool = [];
    private long[] _positions = [];
    private long[] _types = [];

    /// <summary>Names of inputs that can be filled.</summary>
    internal static IReadOnlyList<string> Known { get; } = [.. IdNames, Mask, "token_type_ids", Positions];

    /// <summary>Number of texts.</summary>
    internal int Texts { get; private set; }

    /// <summary>Places of each text, padding included.</summary>
    internal int Length { get; private set; }

    /// <summary>True for the names of inputs that can be filled.</summary>
    internal static bool IsKnown(string input) => input == PoolMask || Known.Contains(input);

    /// <summary>Fills the arrays.</summary>
    /// <param name="texts">All texts.</param>
    /// <param name="batch">Which of them, the longest first.</param>
    /// <param name="arePairs">True where the places that are pooled are a pair's second text, and of token type 1.</param>
    internal void Fill(IReadOnlyList<ModelInput> texts, ArraySegment<int> batch, bool arePairs = false)
    {
        Texts = batch.Count;
        Length = texts[batch[0]].Ids.Length;
        int size = Texts * Length;
        if (_ids.Length < size)
        {
            (_ids, _mask, _pool, _positions, _types) = (new long[size], new long[size], new long[size], new long[size], new long[size]);
        }

        _ids.AsSpan(0, size).Clear();
        _mask.AsSpan(0, size).Clear();
        _pool.AsSpan(0, size).Clear();
        _types.AsSpan(0, size).Clear();
        for (int i = 0; i < Texts; i++)
        {
            (int[] ids, int from, int to) = texts[batch[i]];
            int row = i * Length;
            for (int j = 0; j < ids.Length; j++)
            {
                _ids[row + j] = ids[j];
            }

            _mask.AsSpan(row, ids.Length).Fill(1);
            (arePairs ? _types : _pool).AsSpan(row + from, to - from).Fill(1);
            for (int j = 0; j < Length; j++)
            {
                _positions[row + j] = j;
            }
        }
    }

    internal Memory<long> Of(string input) =>
        (IdNames.Contains(input) ? _ids : input == Mask ? _mask : input == PoolMask ? _pool : input == Positions ? _positions : _types)
        .AsMemory(0, Texts * Length);
}
