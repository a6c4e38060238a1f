using Microsoft.ML.OnnxRuntime;
using Sparse.Encoders.Splade;
using Sparse.Vectors;

namespace Sparse.Encoders.Tests.Splade;

/// <summary>Parity with the float32 PyTorch reference on its 142 texts (golden.jsonl of splade-tiny).</summary>
internal sealed class GoldenTests
{
    private static readonly SpladeEncoderOptions Options = new() { MaxTokens = 512, Threads = 2 };

    private IReadOnlyList<GoldenText> _golden = [];

    [OneTimeSetUp]
    public void Read() => _golden = SharedData.Golden();

    [Test]
    public void Float_weights_are_within_1e_4_of_the_reference_and_no_term_is_missing()
    {
        using SpladeEncoder encoder = SpladeEncoder.FromFolder(SharedData.SpladeTiny, Options);
        IReadOnlyList<TermVector> vectors = encoder.Encode([.. _golden.Select(text => text.Text)]);
        Assert.That(_golden, Has.Count.EqualTo(142));
        Assert.That(Enumerable.Range(0, _golden.Count).Max(i => Furthest(vectors[i], _golden[i].Vector)), Is.LessThan(1e-4f));
        for (int i = 0; i < _golden.Count; i++)
        {
            Dictionary<int, float> ours = Weights(vectors[i]);
            Assert.That(_golden[i].Vector.Where(term => term.Value > 1e-3f && !ours.ContainsKey(term.Key)), Is.Empty, _golden[i].Text);
            Assert.That(ours.Where(term => term.Value > 1e-3f && !_golden[i].Vector.ContainsKey(term.Key)), Is.Empty, _golden[i].Text);
        }
    }

    [Test]
    public void Source_positions_are_those_of_the_reference_where_its_two_best_differ()
    {
        using SpladeEncoder encoder = SpladeEncoder.FromFolder(SharedData.SpladeTiny, Options);
        using var logits = new InferenceSession(Path.Combine(SharedData.SpladeTiny, "onnx", "model.onnx"));
        int compared = 0, close = 0;
        foreach (GoldenText golden in _golden)
        {
            Dictionary<int, SourcedTerm> terms = encoder.EncodeWithSources(golden.Text).Terms.ToDictionary(term => term.Term);
            float[] ofText = Logits(logits, golden.Ids);
            foreach ((int term, int position) in golden.SourcePosition)
            {
                if (GapOfTheTwoBest(ofText, golden.Ids.Length, term) <= 1e-4f)
                {
                    close++;
                    continue;
                }

                Assert.That(terms[term].Position, Is.EqualTo(position), $"term {term} of '{golden.Text}'");
                compared++;
            }
        }

        TestContext.Out.WriteLine($"{compared} source positions compared, {close} left out because the two best are within 1e-4");
        Assert.That(compared, Is.GreaterThan(1500));
    }

    [Test]
    public void Encoding_with_sources_gives_the_weights_of_plain_encoding()
    {
        using SpladeEncoder encoder = SpladeEncoder.FromFolder(SharedData.SpladeTiny, Options);
        foreach (GoldenText golden in _golden.Take(20))
        {
            TermVector plain = encoder.Encode([golden.Text])[0];
            SourcedTerms sourced = encoder.EncodeWithSources(golden.Text);
            Assert.That(sourced.Terms.Select(term => term.Term), Is.EqualTo(plain.Terms.ToArray()));
            Assert.That(Furthest(plain, sourced.Terms.ToDictionary(term => term.Term, term => term.Weight)), Is.LessThan(1e-6f));
        }
    }

    [Test]
    public void A_text_has_the_same_vector_alone_and_among_others([Values(300, 4096)] int tokensPerBatch)
    {
        using SpladeEncoder encoder = SpladeEncoder.FromFolder(SharedData.SpladeTiny, Options with { TokensPerBatch = tokensPerBatch });
        IReadOnlyList<TermVector> together = encoder.Encode([.. _golden.Select(text => text.Text)]);
        for (int i = 0; i < _golden.Count; i += 3)
        {
            TermVector alone = encoder.Encode([_golden[i].Text])[0];
            Assert.That(Furthest(alone, Weights(together[i])), Is.LessThan(1e-5f), _golden[i].Text);
        }
    }

    internal static Dictionary<int, float> Weights(TermVector vector)
    {
        Dictionary<int, float> weights = [];
        for (int i = 0; i < vector.Count; i++)
        {
            weights.Add(vector.Terms[i], vector.Weights[i]);
        }

        return weights;
    }

    /// <summary>The largest difference of a weight, terms that one of the two lacks counting as 0.</summary>
    internal static float Furthest(TermVector vector, Dictionary<int, float> reference)
    {
        Dictionary<int, float> ours = Weights(vector);
        return ours.Keys.Union(reference.Keys).Select(term => Math.Abs(ours.GetValueOrDefault(term) - reference.GetValueOrDefault(term))).DefaultIfEmpty().Max();
    }

    // Row-major [positions, vocabulary], from the model as it was exported.
    private static float[] Logits(InferenceSession session, int[] ids)
    {
        long[] shape = [1, ids.Length];
        using OrtValue input = OrtValue.CreateTensorValueFromMemory(Array.ConvertAll(ids, id => (long)id), shape);
        using OrtValue mask = OrtValue.CreateTensorValueFromMemory(Enumerable.Repeat(1L, ids.Length).ToArray(), shape);
        using OrtValue types = OrtValue.CreateTensorValueFromMemory(new long[ids.Length], shape);
        using var run = new RunOptions();
        var inputs = new Dictionary<string, OrtValue> { ["input_ids"] = input, ["attention_mask"] = mask, ["token_type_ids"] = types };
        using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(run, inputs, ["logits"]);
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }

    private static float GapOfTheTwoBest(float[] logits, int positions, int term)
    {
        float best = float.NegativeInfinity, second = float.NegativeInfinity;
        for (int position = 0; position < positions; position++)
        {
            float logit = logits[(position * (logits.Length / positions)) + term];
            (best, second) = logit > best ? (logit, best) : (best, Math.Max(second, logit));
        }

        return best - second;
    }
}
