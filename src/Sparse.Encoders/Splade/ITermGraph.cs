using Sparse.Encoders.Batches;
using Sparse.Vectors;

namespace Sparse.Encoders.Splade;

/// <summary>The step from ids to term vectors: a loaded graph and what is left to do with its output. Safe for concurrent use.</summary>
internal interface ITermGraph : IDisposable
{
    /// <summary>The most texts of one batch; 1 for graphs that can't tell padding from text.</summary>
    int MaxTexts { get; }

    /// <summary>The weight that impact 255 stands for where the model does not say; null: as its activation has it.</summary>
    float? UsualMaxWeight => null;

    /// <summary>What it does, for people; null: it pools logits.</summary>
    string? Family => null;

    /// <summary>Encodes one batch.</summary>
    /// <param name="texts">All texts; those of the batch have an id at least.</param>
    /// <param name="batch">Which texts, the longest first.</param>
    /// <param name="vectors">Their places are filled.</param>
    void Run(IReadOnlyList<ModelInput> texts, ArraySegment<int> batch, TermVector[] vectors);

    /// <summary>Encodes one text, with the place that gave each term its weight.</summary>
    /// <param name="text">A text of one id at least.</param>
    /// <param name="positions">[vocabulary], overwritten for the terms of the vector: a place in the text's ids.</param>
    /// <returns>The vector.</returns>
    TermVector Run(ModelInput text, long[] positions);
}
