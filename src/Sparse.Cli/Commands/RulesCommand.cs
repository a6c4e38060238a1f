using System.CommandLine;
using System.Globalization;
using Sparse.Cli.Display;
using Sparse.Cli.Options;
using Sparse.LuceneNet;

namespace Sparse.Cli.Commands;

/// <summary><c>sparse rules list|set|remove|log --index DIR</c>.</summary>
internal static class RulesCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create() => new("rules", "Correct what searches find, without indexing anew: block, boost, pin, synonym") { ListRules(), SetRule(), RemoveRule(), Log() };

    private static Command ListRules()
    {
        Option<string?> index = SharedOptions.Index();
        var command = new Command("list", "Show the rules of an index") { index };
        command.SetAction(parsed =>
        {
            using SparseIndex opened = IndexFolder.OpenReadOnly(parsed.GetRequiredValue(index)!);
            foreach (SearchRule rule in opened.Rules)
            {
                Console.Out.WriteLine(Sentence(rule));
            }

            return ExitCode.Success;
        });
        return command;
    }

    private static Command SetRule()
    {
        var id = new Argument<string>("ID") { Description = "A name of its own; a rule of the same name is replaced" };
        Option<RuleAction> action = ChoiceOption.Create(
            "--do", RuleAction.Block, "What it does", ("block", RuleAction.Block), ("boost", RuleAction.Boost), ("pin", RuleAction.Pin), ("synonym", RuleAction.Synonym));
        action.Required = true;
        var term = new Option<string?>("--term") { Description = "A term; of a synonym: words of the query", HelpName = "TERM" };
        var document = new Option<string?>("--document") { Description = "Id of a document", HelpName = "ID" };
        var query = new Option<string?>("--query") { Description = "Only for queries with these words in a row; word* stands for its endings too", HelpName = "WORDS" };
        var to = new Option<string?>("--to") { Description = "Of a synonym: what to search for too", HelpName = "WORDS" };
        var factor = new Option<float>("--factor") { Description = "Of boost and synonym: times the weight; of a pinned term: its weight", HelpName = "X", DefaultValueFactory = _ => 1 };
        Option<int?> position = NumberOption.Create("--position", 1, 1, SharedOptions.MostHits, "Of a pinned document: its place among the hits");
        var by = new Option<string>("--by") { Description = "Who sets it, for the record", HelpName = "NAME", DefaultValueFactory = _ => Environment.UserName };
        Option<string?> index = SharedOptions.Index();
        var command = new Command("set", "Set a rule") { id, action, term, document, query, to, factor, position, by, index };
        command.SetAction(parsed =>
        {
            using SparseIndex opened = IndexFolder.OpenForUpkeep(parsed.GetRequiredValue(index)!);
            var rule = new SearchRule(parsed.GetRequiredValue(id), parsed.GetValue(action))
            {
                Term = parsed.GetValue(term),
                Document = parsed.GetValue(document),
                Query = parsed.GetValue(query),
                To = parsed.GetValue(to),
                Factor = parsed.GetValue(factor),
                Position = parsed.GetValue(position) ?? 1,
            };
            opened.SetRule(rule, parsed.GetValue(by) ?? "");
            Console.Out.WriteLine(Sentence(rule));
            return ExitCode.Success;
        });
        return command;
    }

    private static Command RemoveRule()
    {
        var id = new Argument<string>("ID") { Description = "Name of the rule" };
        var by = new Option<string>("--by") { Description = "Who takes it away, for the record", HelpName = "NAME", DefaultValueFactory = _ => Environment.UserName };
        Option<string?> index = SharedOptions.Index();
        var command = new Command("remove", "Take a rule away") { id, by, index };
        command.SetAction(parsed =>
        {
            using SparseIndex opened = IndexFolder.OpenForUpkeep(parsed.GetRequiredValue(index)!);
            return opened.RemoveRule(parsed.GetRequiredValue(id), parsed.GetValue(by) ?? "")
                ? ExitCode.Success
                : throw new WrongInputException($"there is no rule '{parsed.GetRequiredValue(id)}'; 'sparse rules list' shows those there are");
        });
        return command;
    }

    private static Command Log()
    {
        Option<string?> index = SharedOptions.Index();
        var command = new Command("log", "Show who changed which rule when") { index };
        command.SetAction(parsed =>
        {
            using SparseIndex opened = IndexFolder.OpenReadOnly(parsed.GetRequiredValue(index)!);
            foreach (RuleChange change in opened.RuleHistory)
            {
                Console.Out.WriteLine(string.Create(
                    CultureInfo.InvariantCulture, $"{change.At:yyyy-MM-dd HH:mm:ss}Z  {change.By}  {(change.IsRemoval ? "removed" : "set")}  {Sentence(change.Rule)}"));
            }

            return ExitCode.Success;
        });
        return command;
    }

    private static string Sentence(SearchRule rule)
    {
        string what = rule.Document is { } document ? $"document {document}" : $"'{rule.Term}'";
        string amount = rule switch
        {
            { Action: RuleAction.Synonym } => string.Create(CultureInfo.InvariantCulture, $" → '{rule.To}' x {rule.Factor}"),
            { Action: RuleAction.Boost } => string.Create(CultureInfo.InvariantCulture, $" x {rule.Factor}"),
            { Action: RuleAction.Pin, Document: not null } => $" at {Figure.Count(rule.Position)}",
            { Action: RuleAction.Pin } => string.Create(CultureInfo.InvariantCulture, $" at weight {rule.Factor}"),
            _ => "",
        };
        return $"{rule.Id}: {rule.Action.ToString().ToLowerInvariant()} {what}{amount}{(rule.Query is null ? "" : $" for queries with '{rule.Query}'")}";
    }
}
