using Microsoft.ML.OnnxRuntime;
using Sparse.Encoders.Batches;
using Sparse.Encoders.Onnx;
using Sparse.Vectors;

namespace Sparse.Encoders.Splade;

/// <summary>A model whose graph gives the terms of one text and their weights, as those of Anserini do.</summary>
/// <remarks>One text at a time: the graph flattens its batch. Markers are left out, as Anserini leaves ids 0, 101 and 102 of BERT out.</remarks>
internal sealed class TermPairSession : ITermGraph
{
    private static readonly string[] Outputs = [GraphOutput.PairTerms, GraphOutput.PairWeights];

    private readonly OnnxSession _session;
    private readonly string _source;
    private readonly int _terms;
    private readonly IReadOnlySet<int> _markers;

    private TermPairSession(OnnxSession session, string source, int terms, IReadOnlySet<int> markers)
    {
        _session = session;
        _source = source;
        _terms = terms;
        _markers = markers;
    }

    /// <inheritdoc/>
    public int MaxTexts => 1;

    /// <inheritdoc/>
    public string Family => "terms and weights from the graph";

    /// <summary>Loads a model with those two outputs.</summary>
    /// <exception cref="InvalidDataException">ONNX Runtime refuses the model.</exception>
    internal static TermPairSession Load(byte[] model, string source, int terms, IReadOnlySet<int> markers, Action<SessionOptions>? configure) =>
        new(OnnxSession.Load(model, source, configure), source, terms, markers);

    /// <inheritdoc/>
    public void Run(IReadOnlyList<ModelInput> texts, ArraySegment<int> batch, TermVector[] vectors)
    {
        foreach (int text in batch)
        {
            var input = new InputBatch();
            input.Fill(texts, new ArraySegment<int>([text]));
            using IDisposableReadOnlyCollection<OrtValue> outputs = _session.Run(input, Outputs);
            vectors[text] = ToVector(outputs[0].GetTensorDataAsSpan<long>(), outputs[1].GetTensorDataAsSpan<float>());
        }
    }

    /// <inheritdoc/>
    public TermVector Run(ModelInput text, long[] positions) =>
        throw new InvalidDataException($"{_source} pools its logits in a way of its own, so the source of a weight can't be told.");

    public void Dispose() => _session.Dispose();

    private TermVector ToVector(ReadOnlySpan<long> terms, ReadOnlySpan<float> weights)
    {
        if (terms.Length != weights.Length)
        {
            throw new InvalidDataException($"{_source} gave {terms.Length} terms with {weights.Length} weights.");
        }

        Dictionary<int, float> pairs = [];
        for (int i = 0; i < terms.Length; i++)
        {
            if (terms[i] < 0 || terms[i] >= _terms)
            {
                throw new InvalidDataException($"{_source} gave a weight to term {terms[i]}, but its tokenizer has {_terms} word pieces; they are not of one model.");
            }

            int term = (int)terms[i];
            if (weights[i] > pairs.GetValueOrDefault(term) && !_markers.Contains(term))
            {
                pairs[term] = weights[i];
            }
        }

        return TermVector.FromPairs(pairs);
    }
}
