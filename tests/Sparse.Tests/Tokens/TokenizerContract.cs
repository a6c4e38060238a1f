using System.Text;
using CsCheck;
using Sparse.Tokens;

namespace Sparse.Tests.Tokens;

/// <summary>What every tokenizer keeps to, whatever the text and whatever its file holds.</summary>
internal static class TokenizerContract
{
    /// <summary>Any text gives at most as many tokens as asked for, with ids of the vocabulary and spans in order inside the text.</summary>
    public static void AssertTokens(ITokenizer tokenizer, int iterations = 3000) =>
        Gen.Select(Fuzz.AnyText, Gen.Int[2, 60], Gen.Bool).Sample(
            (text, limit, special) =>
            {
                TokenSequence tokens = tokenizer.Encode(text, limit, special);
                if (tokens.Count > limit || (tokens.IsTruncated && tokens.Count != limit))
                {
                    Assert.Fail($"{tokens.Count} tokens of at most {limit}");
                }

                Token previous = default;
                foreach (Token token in tokens.Tokens)
                {
                    bool isInside = token.Start >= 0 && token.Start <= token.End && token.End <= text.Length && (uint)token.Id < (uint)tokenizer.Vocabulary.Count;
                    // Pieces of one character share its span; otherwise spans follow each other. A marker has none.
                    bool isOrdered = token.IsAdded || (token.Start >= previous.Start && token.End >= previous.End);
                    if (!isInside || !isOrdered)
                    {
                        Assert.Fail($"{token} after {previous} in '{text}'");
                    }

                    previous = token.IsAdded ? previous : token;
                }

                TokenSequence all = tokenizer.Encode(text, int.MaxValue, special);
                if (!special && !all.Tokens[..Math.Min(limit, all.Count)].SequenceEqual(tokens.Tokens))
                {
                    Assert.Fail($"the first {limit} tokens of '{text}' depend on the limit");
                }
            },
            seed: Fuzz.Seed, iter: iterations, time: Fuzz.Seconds);

    /// <summary>Ten megabytes of words, and one of whatever else, as one word or as many: a quadratic step would take hours.</summary>
    public static void AssertMegabytes(ITokenizer tokenizer)
    {
        foreach (string unit in new[] { "hello wörld ", "x", "<", "한", "\uD800", "\0", "e\u0301", "\U0001F600", " ", "ﷺ" })
        {
            string text = string.Concat(Enumerable.Repeat(unit, (unit.Length > 2 ? 10_000_000 : 1_000_000) / unit.Length));
            long before = GC.GetAllocatedBytesForCurrentThread();
            TokenSequence tokens = tokenizer.Encode(text, int.MaxValue);
            long bytes = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.That(tokens.Count, Is.LessThan(20_000_000), unit);
            Assert.That(bytes, Is.LessThan(1_000_000_000), unit);
        }
    }

    /// <summary>Every code point of Unicode, alone and between letters.</summary>
    public static void AssertAllOfUnicode(ITokenizer tokenizer)
    {
        var all = new StringBuilder();
        for (int c = 0; c <= 0x10FFFF; c++)
        {
            if (c is < 0xD800 or > 0xDFFF)
            {
                all.Append('a').Append(char.ConvertFromUtf32(c));
            }
        }

        string text = all.ToString();
        Assert.That(tokenizer.Encode(text, int.MaxValue).Count, Is.GreaterThan(100_000));
    }

    /// <summary>Files that were changed at random are read or refused with one sentence.</summary>
    /// <param name="file">A good file.</param>
    /// <param name="read">Reads bytes; may give a tokenizer or throw <see cref="InvalidDataException"/>.</param>
    /// <param name="iterations">How many changed files.</param>
    public static void AssertMutations(byte[] file, Func<byte[], ITokenizer> read, int iterations) =>
        Fuzz.AssertReadOrRefused(file, changed => Read(read, changed), iterations, refusedShare: 0.25);

    // Nothing else is refused by: a tokenizer has no arguments and opens no other file here.
    private static void Read(Func<byte[], ITokenizer> read, byte[] file)
    {
        try
        {
            read(file).Encode("Hello wörld, 中文 <mask> it's 1 ﬁne text", 64);
        }
        catch (Exception e) when (e is ArgumentException or IOException)
        {
            throw new InvalidOperationException("A tokenizer's file is refused by InvalidDataException alone.", e);
        }
    }
}
