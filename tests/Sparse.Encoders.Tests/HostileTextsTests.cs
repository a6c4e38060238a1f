using System.Text;
using CsCheck;
using Sparse.Chunks;
using Sparse.Encoders.InferenceFree;
using Sparse.Encoders.Splade;
using Sparse.Tests;
using Sparse.Vectors;

namespace Sparse.Encoders.Tests;

/// <summary>Any text is encoded: of whatever characters, and of whatever length, in time and memory that its length explains.</summary>
[Category("Fuzz")]
internal sealed class HostileTextsTests
{
    [Test]
    public void Texts_of_any_characters()
    {
        using SpladeEncoder splade = SpladeEncoder.BuiltIn(new SpladeEncoderOptions { MaxTokens = 48, Threads = 1 });
        using InferenceFreeEncoder idf = InferenceFreeEncoder.BuiltIn();
        Fuzz.AnyText.Array[1, 4].Sample(
            texts =>
            {
                IReadOnlyList<TermVector> together = splade.Encode(texts);
                for (int i = 0; i < texts.Length; i++)
                {
                    TermVector alone = splade.Encode([texts[i]])[0];
                    if (Math.Abs(alone.Dot(alone) - together[i].Dot(together[i])) > 1e-3)
                    {
                        Assert.Fail($"'{texts[i]}' has another vector beside others");
                    }

                    idf.Encode(texts[i]);
                }
            },
            seed: Fuzz.Seed, iter: 40, time: Fuzz.Seconds, threads: 1);
    }

    [Test]
    public void Ten_megabytes_of_anything()
    {
        using SpladeEncoder splade = SpladeEncoder.BuiltIn(new SpladeEncoderOptions { MaxTokens = 48, Threads = 1 });
        using InferenceFreeEncoder idf = InferenceFreeEncoder.BuiltIn();
        foreach (string unit in new[] { "hello wörld ", "x", "\0", "\uD800", "한", "e\u0301", " ", "ﷺ", "[CLS]", "a. \n\n# b\n" })
        {
            string text = string.Concat(Enumerable.Repeat(unit, (Fuzz.Seconds < 0 ? 1_000_000 : 10_000_000) / unit.Length));
            long before = GC.GetAllocatedBytesForCurrentThread();
            splade.Encode([text]);
            idf.Encode(text);
            Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(1_500_000_000), unit);
        }
    }

    [Test]
    public void All_of_Unicode_in_passages()
    {
        using SpladeEncoder splade = SpladeEncoder.BuiltIn(new SpladeEncoderOptions { MaxTokens = 128, Threads = 1 });
        var all = new StringBuilder();
        for (int c = 0; c <= 0x10FFFF; c++)
        {
            all.Append(c is < 0xD800 or > 0xDFFF ? char.ConvertFromUtf32(c) : ((char)c).ToString()).Append(c % 5 == 0 ? " " : "");
        }

        string text = all.ToString();
        IReadOnlyList<Passage> passages = new Chunker(splade.Tokenizer, new ChunkOptions { By = ChunkBy.Tokens, MaxTokens = 128 }).Split(text);

        // Every 500th, or all: these are thousands.
        splade.Encode([.. passages.Where((_, i) => Fuzz.Seconds >= 60 || i % 500 == 0).Select(passage => passage.Of(text))]);
        Assert.That(splade.TruncatedTexts, Is.Zero);
        Assert.That(passages, Has.Count.GreaterThan(1000));
    }
}
