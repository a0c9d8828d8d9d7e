Option Explicit

' アドイン: メニューを足す
Sub Auto_Open()
    Dim c As Object
    On Error Resume Next
    Application.CommandBars("Worksheet Menu Bar").Controls("業務ツール").Delete
    On Error GoTo 0
    Set c = Application.CommandBars("Worksheet Menu Bar").Controls.Add(10, , , , True)
    c.Caption = "業務ツール"
    With c.Controls.Add(1)
        .Caption = "{item}の集計"
        .OnAction = "集計実行"
    End With
End Sub

Sub Auto_Close()
    On Error Resume Next
    Application.CommandBars("Worksheet Menu Bar").Controls("業務ツール").Delete
End Sub

Sub 集計実行()
    MsgBox WorksheetFunction.Sum(Selection)
End Sub
