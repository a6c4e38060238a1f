using Microsoft.ML.OnnxRuntime;
using Sparse.Encoders.Batches;
using Sparse.Encoders.Onnx;
using Sparse.Vectors;

namespace Sparse.Encoders.Splade;

/// <summary>A model that weighs the tokens of a text and adds none: uniCOIL, DeepImpact, TILDE.</summary>
/// <remarks>
/// A term's weight is the largest of its places, as uniCOIL has it for documents (Lin and Ma, arXiv:2106.14807); Anserini adds them up
/// in queries. Markers and weights that are not positive are left out. What the weights are for documents is expanded elsewhere, by
/// doc2query or TILDE's own expansion, before they come here.
/// </remarks>
internal sealed class TokenWeightSession : ITermGraph
{
    private readonly OnnxSession _session;
    private readonly string[] _output;
    private readonly int _terms;
    private readonly IReadOnlySet<int> _markers;

    private TokenWeightSession(OnnxSession session, string output, int terms, IReadOnlySet<int> markers)
    {
        _session = session;
        _output = [output];
        _terms = terms;
        _markers = markers;
    }

    /// <inheritdoc/>
    public int MaxTexts => _session.TakesMask ? LengthBatches.MaxTexts : 1;

    /// <summary>Anserini's range of such weights, SparseEncoder.java.</summary>
    public float? UsualMaxWeight => 5f;

    /// <inheritdoc/>
    public string Family => "a weight a token, no expansion";

    /// <summary>Loads a model with the named output [batch, sequence, 1] or [batch, sequence].</summary>
    /// <exception cref="InvalidDataException">ONNX Runtime refuses the model.</exception>
    internal static TokenWeightSession Load(byte[] model, string source, string output, int terms, IReadOnlySet<int> markers, Action<SessionOptions>? configure) =>
        new(OnnxSession.Load(model, source, configure), output, terms, markers);

    /// <inheritdoc/>
    public void Run(IReadOnlyList<ModelInput> texts, ArraySegment<int> batch, TermVector[] vectors)
    {
        var input = new InputBatch();
        input.Fill(texts, batch);
        using IDisposableReadOnlyCollection<OrtValue> outputs = _session.Run(input, _output);
        ReadOnlySpan<float> weights = outputs[0].GetTensorDataAsSpan<float>();
        for (int i = 0; i < batch.Count; i++)
        {
            vectors[batch[i]] = ToVector(texts[batch[i]], weights.Slice(i * input.Length, input.Length), positions: null);
        }
    }

    /// <inheritdoc/>
    public TermVector Run(ModelInput text, long[] positions)
    {
        var input = new InputBatch();
        input.Fill([text], new ArraySegment<int>([0]));
        using IDisposableReadOnlyCollection<OrtValue> outputs = _session.Run(input, _output);
        return ToVector(text, outputs[0].GetTensorDataAsSpan<float>(), positions);
    }

    public void Dispose() => _session.Dispose();

    private TermVector ToVector(ModelInput text, ReadOnlySpan<float> weights, long[]? positions)
    {
        Dictionary<int, float> largest = [];
        for (int place = text.From; place < text.To; place++)
        {
            int id = text.Ids[place];
            if (weights[place] > largest.GetValueOrDefault(id) && id < _terms && !_markers.Contains(id))
            {
                largest[id] = weights[place];
                if (positions is not null)
                {
                    positions[id] = place;
                }
            }
        }

        return TermVector.FromPairs(largest);
    }
}
