Attribute VB_Name = "Ribbon"
Option Explicit
' What the ribbon calls. A button's tag is a verb of nianbao.macros; Chinese sentences are named cells of this add-in,
' because VBA source is stored in a code page and has to stay ASCII.

Public Sub OnButton(control As IRibbonControl)
    Tell Pressed(control.Tag, False)
End Sub

Public Sub OnFileButton(control As IRibbonControl)
    Tell Pressed(control.Tag, True)
End Sub

' Do what a button does; return "", or the sentence for the clerk when Python was not started.
Public Function Pressed(ByVal verb As String, ByVal asksFile As Boolean) As String
    Dim book As String, file As String
    On Error GoTo Failed
    If asksFile Then
        file = Starter.PickedFile(Text("file_filter"), Text("file_title"))
        If file = "" Then Exit Function
    End If
    If Not ActiveWorkbook Is Nothing Then book = ActiveWorkbook.Name
    If Runner.LacksBook(verb, book) Then
        Pressed = Text("no_workbook")
    Else
        Starter.Start Runner.Arguments(verb, book, Starter.HostName(), Starter.HostWindow(), file)
    End If
    Exit Function
Failed:
    If Err.Number = Runner.REFUSED Then
        Pressed = Text("refused")
    ElseIf Starter.IsMissing(Err.Number) Then
        Pressed = Text("not_installed")
    ElseIf Starter.IsForbidden(Err.Number) Then
        Pressed = Text("forbidden")
    Else
        Pressed = Text("not_started") & Err.Description
    End If
End Function

Private Sub Tell(ByVal sentence As String)
    If sentence <> "" Then MsgBox sentence, vbExclamation, Text("title")
End Sub

Private Function Text(ByVal key As String) As String
    Text = ThisWorkbook.Names(key).RefersToRange.Value
End Function
