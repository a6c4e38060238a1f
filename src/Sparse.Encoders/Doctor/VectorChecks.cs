using Sparse.Encoders.Splade;
using Sparse.Tokens;
using Sparse.Vectors;

namespace Sparse.Encoders.Doctor;

/// <summary>Are the vectors of the fixed set what a sparse model gives?</summary>
internal sealed class VectorChecks
{
    // Names of markers that a tokenizer's file may have forgotten to mark. Unknown words are terms of some texts by right.
    private static readonly string[] Markers = ["[CLS]", "[SEP]", "[PAD]", "[MASK]", "<s>", "</s>", "<pad>", "<mask>"];

    // splade-tiny has 49 terms a text here, and 250 a document of 240 tokens (2026-11-24). The band is wide: it is for what is not sparse at all.
    private const double FewestTerms = 4, MostTerms = 1500;

    private readonly SpladeEncoder _encoder;
    private readonly SpladeModel _model;
    private readonly IReadOnlyList<TermVector> _vectors;

    internal VectorChecks(SpladeEncoder encoder, SpladeModel model)
    {
        _encoder = encoder;
        _model = model;
        _vectors = encoder.Encode(CheckTexts.All);
        TermsPerText = _vectors.Average(vector => (double)vector.Count);
        LargestWeight = _vectors.SelectMany(vector => vector.Weights.ToArray()).DefaultIfEmpty().Max();
    }

    /// <summary>On average.</summary>
    internal double TermsPerText { get; }

    internal float LargestWeight { get; }

    /// <summary>Examines them.</summary>
    /// <param name="known">What was found before, which explains some of what is to be seen here.</param>
    internal IEnumerable<ModelFinding> Examine(IReadOnlyList<ModelFinding> known)
    {
        bool isOrdered = !known.Any(finding => finding.Fault == ModelFaults.WrongOrder);
        return ((ModelFinding?[])[isOrdered ? Specials() : null, Sparsity(), Clipped(), Padding(), known.Count > 0 ? null : OwnWords()]).OfType<ModelFinding>();
    }

    private ModelFinding? Specials()
    {
        Vocabulary vocabulary = _encoder.Vocabulary;
        ITokenizer tokenizer = _model.Tokenizer;
        int[] ids = [.. Markers.Select(piece => vocabulary.TryGetId(piece, out int id) ? id : -1).Where(id => id >= 0).Concat(tokenizer.Prefix).Concat(tokenizer.Suffix).Distinct()];
        (int Id, int Texts, float Largest)[] kept = [.. ids.Select(Weigh).Where(marker => marker.Texts > _vectors.Count / 10).OrderByDescending(marker => marker.Texts)];
        if (kept.Length == 0)
        {
            return null;
        }

        string names = string.Join(", ", kept.Select(marker => FormattableString.Invariant($"{vocabulary[marker.Id]} in {marker.Texts} with up to {marker.Largest:0.00}")));
        return new ModelFinding(ModelFaults.SpecialsKept, $"markers are terms of the fixed set's {_vectors.Count} texts: {names}",
            $"each query would match every document by them: {(kept.Length == 1 ? "a posting list" : $"{kept.Length} posting lists")} as long as the index for each query to read. Order suffers little (the built-in model with a logit of 9 for [CLS] and [SEP]: nDCG@10 .492, as before, on Cranfield). Leave them out when the model is exported");

        (int Id, int Texts, float Largest) Weigh(int id)
        {
            float[] weights = [.. _vectors.Select(vector => vector.Terms.IndexOf(id) is >= 0 and int at ? vector.Weights[at] : 0)];
            return (id, weights.Count(weight => weight > 0), weights.Max());
        }
    }

    private ModelFinding? Sparsity()
    {
        int empty = _vectors.Count(vector => vector.Count == 0);
        string terms = FormattableString.Invariant($"{TermsPerText:0.#} terms a text of {CheckTexts.All.Average(text => _model.Tokenizer.Encode(text).Count):0} tokens");
        return empty > 0 || TermsPerText < FewestTerms
            ? new ModelFinding(ModelFaults.SparsityBand, $"{terms}, {empty} of {_vectors.Count} texts without any", "documents without terms can't be found; something before the weights is wrong")
            : TermsPerText > Math.Min(MostTerms, _encoder.Vocabulary.Count / 4.0)
            ? new ModelFinding(ModelFaults.SparsityBand, $"{terms}: it is not sparse, or not trained to be",
                FormattableString.Invariant($"an index of 100,000 such documents would take some {TermsPerText * 3.3 / 10:0} MB, against 80 MB with the built-in model, and each search would take as many times longer"))
            : null;
    }

    private ModelFinding? Clipped()
    {
        float[] weights = [.. _vectors.SelectMany(vector => vector.Weights.ToArray())];
        int clipped = weights.Count(weight => weight > _encoder.MaxWeight);
        return clipped <= weights.Length / 1000 ? null
            : new ModelFinding(ModelFaults.ClippedWeights,
                FormattableString.Invariant($"{clipped} of {weights.Length} weights are above {_encoder.MaxWeight:0.##}, which impact 255 stands for; the largest is {LargestWeight:0.##}"),
                "the strongest terms of a text could not be told apart. Set maxWeight in sparse.json (MaxWeight of the import) above the largest weight");
    }

    private ModelFinding? Padding()
    {
        int[] order = [.. Enumerable.Range(0, CheckTexts.All.Count).OrderBy(i => CheckTexts.All[i].Length)];
        string brief = CheckTexts.All[order[0]], words = string.Join(' ', CheckTexts.All);
        TermVector alone = _encoder.Encode([brief])[0], beside = _encoder.Encode([brief, words])[0];
        float furthest = Furthest(alone, beside.Terms.ToArray().Zip(beside.Weights.ToArray()).ToDictionary(pair => pair.First, pair => pair.Second));
        return furthest < 0.01f ? null
            : new ModelFinding(ModelFaults.PaddingCounts, FormattableString.Invariant($"a weight of a short text differs by {furthest:0.000} when a long one is encoded beside it"),
                "vectors would depend on what else is in the batch, so that the same text is indexed and searched for differently. Export the model with its attention mask, and int8 without dynamic activations");
    }

    private ModelFinding? OwnWords()
    {
        int own = 0, found = 0;
        for (int i = 0; i < _vectors.Count; i++)
        {
            HashSet<int> terms = [.. _vectors[i].Terms];
            int[] words = [.. _model.Tokenizer.Encode(CheckTexts.All[i], Math.Min(128, _model.MaxTokens)).Tokens.ToArray().Select(token => token.Id)
                .Where(id => !_model.Tokenizer.SpecialIds.Contains(id) && _encoder.Vocabulary[id].Length > 3).Distinct()];
            own += words.Length;
            found += words.Count(terms.Contains);
        }

        return own == 0 || found >= own * 0.3 ? null
            : new ModelFinding(ModelFaults.OwnWordsMissing, FormattableString.Invariant($"{(double)found / own:0%} of the texts' own words of four letters and more are among their terms"),
                "documents could not be found by their own words. The graph is not of this tokenizer, pools in another way, or is not a sparse model");
    }

    /// <summary>The largest difference of a weight, terms that one of the two lacks counting as 0.</summary>
    internal static float Furthest(TermVector vector, Dictionary<int, float> reference)
    {
        Dictionary<int, float> rest = new(reference);
        float furthest = 0;
        for (int i = 0; i < vector.Count; i++)
        {
            rest.Remove(vector.Terms[i], out float expected);
            furthest = Math.Max(furthest, Math.Abs(vector.Weights[i] - expected));
        }

        return rest.Values.Select(Math.Abs).Append(furthest).Max();
    }
}
