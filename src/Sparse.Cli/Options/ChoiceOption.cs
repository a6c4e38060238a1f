using System.CommandLine;

namespace Sparse.Cli.Options;

/// <summary>One word out of a few, with an error sentence that lists them.</summary>
internal static class ChoiceOption
{
    /// <summary>Makes the option.</summary>
    /// <typeparam name="T">What the words stand for.</typeparam>
    /// <param name="name">Its name with dashes.</param>
    /// <param name="fallback">The value when it is not given.</param>
    /// <param name="description">One phrase for the help.</param>
    /// <param name="choices">The words with their values, in the order of the help.</param>
    /// <returns>The option.</returns>
    public static Option<T> Create<T>(string name, T fallback, string description, params (string Word, T Value)[] choices)
    {
        // The default is told in the description: the parser would show the name in the code.
        var option = new Option<T>(name)
        {
            Description = description,
            HelpName = string.Join('|', choices.Select(choice => choice.Word)),
            Arity = ArgumentArity.ExactlyOne,
            CustomParser = result =>
            {
                if (result.Tokens.Count == 0)
                {
                    return fallback;
                }

                string given = result.Tokens[^1].Value;
                foreach ((string word, T value) in choices)
                {
                    if (string.Equals(word, given, StringComparison.OrdinalIgnoreCase))
                    {
                        return value;
                    }
                }

                result.AddError($"{name} takes {Listed([.. choices.Select(choice => choice.Word)])}, not '{given}'");
                return fallback;
            },
        };
        option.CompletionSources.Add([.. choices.Select(choice => choice.Word)]);
        return option;
    }

    private static string Listed(string[] words) =>
        words.Length == 1 ? words[0] : string.Join(", ", words[..^1]) + " or " + words[^1];
}
