namespace Sparse.Encoders.Doctor;

/// <summary>One fault of a model folder.</summary>
/// <param name="Fault">Its name, one of <see cref="ModelFaults"/>.</param>
/// <param name="What">What is wrong, with the figures that show it.</param>
/// <param name="Cost">What it would cost to use the folder so.</param>
public sealed record ModelFinding(string Fault, string What, string Cost);

/// <summary>What the doctor saw of a model folder.</summary>
/// <param name="Name">The model's name.</param>
/// <param name="Texts">Texts of the fixed set that were encoded; 0 where a fault kept the model from running.</param>
/// <param name="TermsPerText">Terms of a text, on average over the fixed set.</param>
/// <param name="LargestWeight">The largest weight of the fixed set.</param>
/// <param name="GoldenTexts">Golden texts that were compared; 0 where the folder has no golden.jsonl.</param>
/// <param name="Findings">Faults, the gravest first; empty where none was found.</param>
/// <param name="Unchecked">What could not be checked on this folder, and why.</param>
public sealed record ModelExamination(
    string Name, int Texts, double TermsPerText, float LargestWeight, int GoldenTexts, IReadOnlyList<ModelFinding> Findings, IReadOnlyList<string> Unchecked);

/// <summary>Names of the faults that <see cref="ModelDoctor"/> knows.</summary>
public static class ModelFaults
{
    /// <summary>The graph gives a token's logits, not weights pooled over the text.</summary>
    public const string PoolingMissing = "pooling missing";

    /// <summary>Weights go through log(1 + x) once more than the model was trained with.</summary>
    public const string DoubleLog = "double log";

    /// <summary>Markers such as [CLS] are terms of most texts.</summary>
    public const string SpecialsKept = "specials kept";

    /// <summary>Pieces stand at other ids than the model's.</summary>
    public const string WrongOrder = "wrong vocabulary order";

    /// <summary>The tokenizer keeps capitals, and the vocabulary has none.</summary>
    public const string CasedTokenizer = "cased tokenizer";

    /// <summary>The tokenizer takes capitals away, and the vocabulary has them.</summary>
    public const string LowercasingTokenizer = "lowercasing tokenizer";

    /// <summary>The table of query weights lacks many pieces, or can't be read to its end.</summary>
    public const string TruncatedTable = "truncated query table";

    /// <summary>Texts have far fewer or far more terms than a sparse model gives.</summary>
    public const string SparsityBand = "sparsity out of band";

    /// <summary>Weights above what impact 255 stands for.</summary>
    public const string ClippedWeights = "clipped weights";

    /// <summary>A text's vector depends on the texts beside it.</summary>
    public const string PaddingCounts = "padding counts";

    /// <summary>Texts' own words are not among their terms.</summary>
    public const string OwnWordsMissing = "own words missing";

    /// <summary>Ids or weights differ from the folder's golden.jsonl.</summary>
    public const string GoldenDiffers = "golden vectors differ";
}
