using Microsoft.ML.OnnxRuntime;
using Sparse.Encoders.Dense;
using Sparse.Encoders.Splade;
using Sparse.Vectors;

namespace Sparse.Encoders.Tests.Splade;

/// <summary>How an encoder is run: by which provider, and how far it reads.</summary>
internal sealed class ExecutionTests
{
    [Test]
    public void Session_options_are_the_callers_to_change()
    {
        using var scratch = new Scratch();
        ToyModel toy = ToyModel.Write(scratch["toy"], new ToySettings { Terms = 60 });
        int calls = 0, threads = 0;
        using SpladeEncoder usual = SpladeEncoder.FromFolder(toy.Folder, new SpladeEncoderOptions { MaxTokens = 32 });
        using SpladeEncoder configured = SpladeEncoder.FromFolder(toy.Folder, new SpladeEncoderOptions
        {
            MaxTokens = 32,
            ConfigureSession = session =>
            {
                calls++;
                threads = session.IntraOpNumThreads;
                session.AppendExecutionProvider_CPU(0);
            },
        });

        TermVector expected = usual.Encode(["w7 w8 w9"])[0], vector = configured.Encode(["w7 w8 w9"])[0];

        Assert.That((calls, threads), Is.EqualTo((1, 1)), "after our own settings");
        Assert.That(vector.Terms.ToArray(), Is.EqualTo(expected.Terms.ToArray()).And.Not.Empty);
        Assert.That(vector.Weights.ToArray(), Is.EqualTo(expected.Weights.ToArray()).Within(1e-5f));
        Assert.That(configured.Identity, Is.EqualTo(usual.Identity));
    }

    [Test]
    public void Provider_that_is_not_here_is_refused_with_those_that_are()
    {
        using var scratch = new Scratch();
        ToyModel toy = ToyModel.Write(scratch["toy"], new ToySettings { Terms = 60 });
        Action<SessionOptions> unknown = session => session.AppendExecutionProvider("NoSuchThing");
        Action<SessionOptions> cuda = session => session.AppendExecutionProvider_CUDA(0);
        Assert.That(
            () => SpladeEncoder.FromFolder(toy.Folder, new SpladeEncoderOptions { MaxTokens = 32, ConfigureSession = unknown }),
            Throws.ArgumentException.With.Message.Contains("CPUExecutionProvider").And.Message.Contains("ConfigureSession"));
        Assert.That(() => SpladeEncoder.BuiltIn(new SpladeEncoderOptions { ConfigureSession = cuda }), Throws.ArgumentException.With.Message.Contains("CPUExecutionProvider"));
        File.WriteAllText(Path.Combine(toy.Folder, "modules.json"), """[{"type":"x.Transformer","path":""},{"type":"x.Pooling","path":"1_Pooling"}]""");
        Directory.CreateDirectory(Path.Combine(toy.Folder, "1_Pooling"));
        File.WriteAllText(Path.Combine(toy.Folder, "1_Pooling", "config.json"), """{"pooling_mode_mean_tokens": true}""");
        Assert.That(() => DenseEncoder.FromFolder(toy.Folder, new DenseEncoderOptions { ConfigureSession = unknown }), Throws.ArgumentException);
    }

    [Test]
    public void Texts_that_are_cut_are_counted()
    {
        using SpladeEncoder encoder = SpladeEncoder.BuiltIn(new SpladeEncoderOptions { MaxTokens = 8 });
        encoder.Encode(["one two three four five six", "one", "one two three four five six seven", ""]);
        Assert.That(encoder.TruncatedTexts, Is.EqualTo(1));
    }
}
