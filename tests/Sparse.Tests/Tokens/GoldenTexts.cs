using System.Text.Json;
using Sparse.Tokens;

namespace Sparse.Tests.Tokens;

/// <summary>Compares a tokenizer with a file of texts, ids and spans that a reference wrote.</summary>
internal static class GoldenTexts
{
    /// <summary>Compares every text of a JSON lines file.</summary>
    /// <param name="path">{"text", "ids", "offsets"}; spans in code points, null or left out where the reference has none.</param>
    /// <param name="encode">Gives the tokens.</param>
    /// <returns>How many texts were compared.</returns>
    public static int Compare(string path, Func<string, TokenSequence> encode)
    {
        int texts = 0;
        Assert.Multiple(() =>
        {
            foreach (string line in File.ReadLines(path))
            {
                using JsonDocument document = JsonDocument.Parse(line);
                string text = document.RootElement.GetProperty("text").GetString()!;
                string name = $"text {texts}: {text[..Math.Min(60, text.Length)]}";
                Token[] tokens = encode(text).Tokens.ToArray();
                int[] ids = [.. document.RootElement.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32())];
                texts++;
                if (!tokens.Select(token => token.Id).SequenceEqual(ids))
                {
                    Assert.Fail($"{name}\n expected {string.Join(' ', ids)}\n got      {string.Join(' ', tokens.Select(token => token.Id))}");
                    continue;
                }

                if (!document.RootElement.TryGetProperty("offsets", out JsonElement offsets))
                {
                    continue;
                }

                int[] utf16 = Utf16Places(text);
                for (int i = 0; i < ids.Length; i++)
                {
                    if (offsets[i].ValueKind != JsonValueKind.Null)
                    {
                        Assert.That((tokens[i].Start, tokens[i].End), Is.EqualTo((utf16[offsets[i][0].GetInt32()], utf16[offsets[i][1].GetInt32()])), $"token {i} of {name}");
                    }
                }
            }
        });
        return texts;
    }

    /// <summary>The UTF-16 index of each code point, and the text's length: golden offsets count code points, ours UTF-16 units.</summary>
    private static int[] Utf16Places(string text)
    {
        var places = new List<int>();
        for (int i = 0; i < text.Length; i += char.IsSurrogatePair(text, i) ? 2 : 1)
        {
            places.Add(i);
        }

        places.Add(text.Length);
        return [.. places];
    }
}
